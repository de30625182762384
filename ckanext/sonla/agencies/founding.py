"""Making an agency or a domain makes nobody its member.

CKAN makes the account that creates an organization its `admin`. Agencies have no stock
roles, so while one is being created that one membership is left out.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_founding: ContextVar[bool] = ContextVar("sonla_founding", default=False)


@contextmanager
def founding() -> Iterator[None]:
    """Say that an agency or domain is being created in this context."""
    token = _founding.set(True)
    try:
        yield
    finally:
        _founding.reset(token)


def is_founding() -> bool:
    """Tell whether an agency or domain is being created right now."""
    return _founding.get()
