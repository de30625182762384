"""What stands of revisions now: approval tells it, those who follow its events ask.

Events say that something happened to a revision, and when; how it stands after all that
happened, and which entry it is for, its own feature knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

# In the context of a write of what was approved: nothing of it is decided anew.
AS_APPROVED = "sonla_as_approved"


@dataclass(frozen=True)
class Standing:
    """How a revision stands.

    Args:
        revision: its id.
        dataset_id: of which dataset.
        agency_id: of which agency.
        entry: the code of the catalogue's entry that the dataset is for.
        kind: `publication`, `update`, `no_change` or `retirement`.
        period: the period that the data speaks of.
        submitted: since when it waits for the leader, or waited before she approved.
        decided: when the leader approved it; None as long as she hasn't.
        published: whether the public sees it, or saw it before the next one.
    """

    revision: str
    dataset_id: str
    agency_id: str
    entry: str | None
    kind: str
    period: str | None
    submitted: datetime | None
    decided: datetime | None
    published: bool


Teller = Callable[[list[str]], list[Standing]]
_tellers: list[Teller] = []


def teller(function: Teller) -> Teller:
    """Register the function that knows how revisions stand."""
    _tellers[:] = [function]
    return function


def standing(revisions: Iterable[str]) -> list[Standing]:
    """Return how revisions stand, by their ids; those that are gone are left out."""
    ids = list(revisions)
    return _tellers[0](ids) if _tellers and ids else []
