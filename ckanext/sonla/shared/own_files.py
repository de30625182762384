"""Files that the portal itself makes: the limit of what people upload isn't theirs.

What brings rows from elsewhere has limits of its own, and hands its file over in the
way of an upload.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_handing: ContextVar[bool] = ContextVar("sonla_own_file", default=False)


@contextmanager
def handing_over() -> Iterator[None]:
    """Take what is uploaded inside the block for the portal's own file."""
    token = _handing.set(True)
    try:
        yield
    finally:
        _handing.reset(token)


def is_own() -> bool:
    """Tell whether what is uploaded now is the portal's own file."""
    return _handing.get()
