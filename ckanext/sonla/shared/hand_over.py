"""What moves and what ends when an account is handed over to a successor (article 8.2).

A feature registers what of its own names a person. `@moves("harvest.sources")` runs at
the hand-over: what was the predecessor's to do becomes the successor's. `@ends("…")`
runs when the overlap is over: what still let the predecessor act ends. Both run in the
hand-over's own transaction, write without a commit, and tell how many things they moved
or ended; the event says so. What belongs to the agency, such as its drafts, needs
neither. A leader's standing approvals are hers alone: their feature registers a
function with `@moves` that makes them wait for the new leader.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Succession:
    """One account follows another in a role of an agency.

    Args:
        agency_id: the agency's id.
        role: `officer`, `leader`, `operator` or `auditor`.
        predecessor: the id of the account that leaves.
        successor: the id of the account that follows it.
        decision: the decision of appointment.
        starts: when the successor begins.
        ends: when the predecessor's role ends.
    """

    agency_id: str
    role: str
    predecessor: str
    successor: str
    decision: Any
    starts: datetime
    ends: datetime


Step = Callable[[Succession], int]
_moves: dict[str, Step] = {}
_ends: dict[str, Step] = {}


def moves(name: str) -> Callable[[Step], Step]:
    """Register what moves to the successor at the hand-over."""
    return _registering(_moves, name)


def ends(name: str) -> Callable[[Step], Step]:
    """Register what ends for the predecessor with the overlap."""
    return _registering(_ends, name)


def move_all(succession: Succession) -> dict[str, int]:
    """Move everything; return how many things of each name."""
    return _run(_moves, succession)


def end_all(succession: Succession) -> dict[str, int]:
    """End everything; return how many things of each name."""
    return _run(_ends, succession)


def _registering(registry: dict[str, Step], name: str) -> Callable[[Step], Step]:
    def register(step: Step) -> Step:
        registry[name] = step
        return step

    return register


def _run(registry: dict[str, Step], succession: Succession) -> dict[str, int]:
    counts = {name: registry[name](succession) for name in sorted(registry)}
    return {name: count for name, count in counts.items() if count}
