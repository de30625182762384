"""A change of the calendar moves what is open: each feature recounts its own.

A feature registers a function with `@recounter("obligations")`. It runs in the
transaction that changes the calendar, writes without a commit, and tells what moved.
What has ended, or was told in a frozen figure, doesn't move.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True)
class Moved:
    """Things that are due on another day now.

    Args:
        object: what moved, such as `obligation`.
        of: what they have in common, such as the period `2026-Q3`.
        before: the day on which they were due.
        now: the day on which they are due.
        count: how many there are.
    """

    object: str
    of: str
    before: date
    now: date
    count: int

    def as_dict(self) -> dict[str, Any]:
        """Return what moved as an answer and the log tell it."""
        return {
            "object": self.object,
            "of": self.of,
            "from": self.before.isoformat(),
            "to": self.now.isoformat(),
            "count": self.count,
        }


Recounter = Callable[[], list[Moved]]
_recounters: dict[str, Recounter] = {}


def recounter(name: str) -> Callable[[Recounter], Recounter]:
    """Register a function that counts anew what is open."""

    def register(function: Recounter) -> Recounter:
        _recounters[name] = function
        return function

    return register


def recount_all() -> list[dict[str, Any]]:
    """Recount everything in the caller's transaction; return what moved."""
    return [
        moved.as_dict() for name in sorted(_recounters) for moved in _recounters[name]()
    ]
