"""Every seal, how to take it away for a moment, and which attempt then gets through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .actions import auth_functions, chained_actions
from .database import ownership, triggers
from .faces import hidden
from .seal import Seal
from .words import listeners

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Seal", "every_seal"]


def every_seal() -> Iterator[Seal]:
    """Yield every seal there is."""
    yield from triggers()
    yield from ownership()
    yield from listeners()
    yield from chained_actions()
    yield from auth_functions()
    yield from hidden()
