"""Where the catalogue places published datasets, and who opens the seal for it.

A dataset belongs to the domain of its entry. An edition that moves an entry to another
domain moves what was published under it, without an approval of the dataset's own: the
change of an entry, by decision, is one of the exceptions of the first invariant. The
catalogue knows what has to move, approval knows how: they meet here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# What comes of asking for the seal: it is open and the move is written down; there is
# none; or a leader has the dataset before her, and it stays as it is.
OPENED, UNSEALED, HELD = "opened", "unsealed", "held"


@dataclass(frozen=True)
class Move:
    """A dataset goes to the domain that the edition in force gives its entry."""

    dataset_id: str
    entry: str
    edition_id: str
    domain_id: str
    before: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """What an entry decides of its datasets, without an approval of theirs.

    Args:
        domain_id: the domain that it belongs to.
        theme: dcat:theme, as it is stored.
        update_cycle: how often its data is renewed.
        frequency: the same in DCAT's words.
    """

    domain_id: str
    theme: str
    update_cycle: str
    frequency: str


Opener = Callable[[Move], str]
Placer = Callable[[str], Place | None]
_openers: list[Opener] = []
_placers: list[Placer] = []


def opens(opener: Opener) -> Opener:
    """Register who opens the seal for a move, in the caller's transaction."""
    _openers[:] = [opener]
    return opener


def places(placer: Placer) -> Placer:
    """Register who knows an entry's place, by the entry's code."""
    _placers[:] = [placer]
    return placer


def opened(move: Move) -> str:
    """Open the seal for a move: `opened`, `unsealed` or `held`."""
    return _openers[0](move) if _openers else UNSEALED


def of_entry(code: str | None) -> Place | None:
    """Return where an entry belongs by the edition in force."""
    return _placers[0](code) if code and _placers else None
