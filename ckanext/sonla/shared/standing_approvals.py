"""Approvals that a leader gave beforehand: of a source, for what its runs bring.

The feature that keeps them registers one function; approval asks it for the revision
that is to be published, and decides nothing without its answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """A standing approval that covers a revision.

    Args:
        approval: its id.
        digest: of what the leader approved.
        leader: the id of her account.
        table: the name of the one table whose rows it covers.
        source: the id of what she approved.
    """

    approval: str
    digest: str
    leader: str
    table: str
    source: str


# Takes a revision's id; None for one that no standing approval covers just now.
Teller = Callable[[str], "Standing | None"]
_tellers: list[Teller] = []


def teller(function: Teller) -> Teller:
    """Register the function that knows which revisions are covered."""
    _tellers[:] = [function]
    return function


def covering(revision_id: str) -> Standing | None:
    """Return the standing approval that covers a revision, if one does."""
    return _tellers[0](revision_id) if _tellers else None
