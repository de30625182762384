"""What waits for whom: the officer's, the leader's and the operator's inbox."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import roles

from . import states
from .conversation import readings
from .delegation.capacity import agencies_of

LONGEST = 200


@dataclass(frozen=True)
class Heap:
    """Revisions that wait for the same thing, the longest waiting first."""

    name: str
    states: tuple[str, ...]
    mine: bool = False
    items: list[dict[str, Any]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.items)


# role → (name, states, is it the role's own turn?)
_HEAPS: dict[str, tuple[tuple[str, tuple[str, ...], bool], ...]] = {
    roles.OFFICER: (
        ("returned", (states.RETURNED,), True),
        ("draft", (states.DRAFT, states.WITHDRAWN), True),
        ("submitted", (states.SUBMITTED, states.SCHEDULED, states.PUBLISHING), False),
    ),
    roles.LEADER: (
        ("to_approve", (states.SUBMITTED,), True),
        ("scheduled", (states.SCHEDULED, states.PUBLISHING), False),
        ("returned", (states.RETURNED,), False),
    ),
}
_EVERYTHING = (
    ("submitted", (states.SUBMITTED, states.SCHEDULED, states.PUBLISHING), False),
    ("returned", (states.RETURNED,), False),
    ("draft", (states.DRAFT, states.WITHDRAWN), False),
)


def inbox_of(user: str) -> list[Heap] | None:
    """Return an account's heaps in order of urgency; None for who has no inbox."""
    if not (heaps := _heaps_of(user)):
        return None
    return [Heap(name, of, mine, _waiting(user, of)) for name, of, mine in heaps]


def agencies_in(heaps: list[Heap]) -> list[tuple[str, str]]:
    """Return the agencies of whom something waits, by title."""
    found = {
        one["agency"]: one["agency_title"] or one["agency"]
        for heap in heaps
        for one in heap.items
    }
    return sorted(found.items(), key=lambda pair: (pair[1], pair[0]))


def of_agency(heaps: list[Heap], agency: str) -> list[Heap]:
    """Return the heaps with only one agency's revisions; as they are without one."""
    if not agency:
        return heaps
    return [
        replace(heap, items=[one for one in heap.items if one["agency"] == agency])
        for heap in heaps
    ]


def several(heaps: list[Heap]) -> bool:
    """Tell whether the reader has several to approve, and has opened one at least."""
    waiting = [
        one
        for heap in heaps
        for one in heap.items
        if "approve" in (one.get("transitions") or ())
    ]
    return len(waiting) > 1 and any(one["read"] for one in waiting)


def own_turn(user: str) -> int:
    """Return how many revisions wait for this very account."""
    return sum(len(_waiting(user, of)) for _, of, mine in _heaps_of(user) or () if mine)


def _heaps_of(user: str) -> tuple[tuple[str, tuple[str, ...], bool], ...] | None:
    held = roles.appointment_of(user)
    if held:
        return _HEAPS.get(held.role, _EVERYTHING)
    if agencies_of(user):
        return _HEAPS[roles.LEADER]
    account = model.User.get(user) if user else None
    return _EVERYTHING if account and account.sysadmin else None


def _waiting(user: str, of: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the revisions in some states that an account sees, with their titles."""
    asked: dict[str, Any] = {"state": list(of), "limit": LONGEST}
    found: list[dict[str, Any]] = []
    for agency in _agencies(user):
        of_agency = {**asked, "agency": agency} if agency else asked
        found += tk.get_action("sonla_revision_list")({"user": user}, of_agency)[
            "results"
        ]
    packages = _packages({revision["package_id"] for revision in found})
    read = readings.read_by(user, [revision["id"] for revision in found])
    for revision in found:
        revision["read"] = revision["id"] in read
        package = packages.get(revision["package_id"])
        revision["title"] = package.title or package.name if package else ""
        revision["since"] = revision["submitted"] or revision["opened"]
    return sorted(found, key=lambda revision: revision["since"])


def _agencies(user: str) -> list[str | None]:
    """Return the agencies whose revisions an inbox shows; None stands for all."""
    held = roles.appointment_of(user)
    own = held and held.role in (roles.OFFICER, roles.LEADER)
    agencies = [*([held.agency_id] if held and own else []), *agencies_of(user)]
    return list(agencies) or [None]


def _packages(ids: set[str]) -> dict[str, Any]:
    rows = model.Session.execute(
        sa.select(model.Package.id, model.Package.title, model.Package.name).where(
            model.Package.id.in_(ids)
        )
    )
    return {row.id: row for row in rows}
