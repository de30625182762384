"""Following the log: what happened to revisions settles obligations.

The number of the last event that was followed is written in the transaction that
settles by it. So nothing is missed by a process that dies between an approval and what
follows from it, and nothing counts twice. How a revision stands is asked anew each time
(`shared/approvals`); its turns with the leader are read from the whole of its events.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ckan import model
from ckanext.sonla.shared import approvals
from ckanext.sonla.shared.events import Event
from ckanext.sonla.shared.faults import declare, fault

from . import settling
from .model import Delivery, alone, progress

if TYPE_CHECKING:
    from datetime import datetime

    from ckanext.sonla.shared.approvals import Standing

declare("follow", "delivered", "settled")

FOLLOWED = "followed"
AT_ONCE = 5000
_SUBMITTED = "revision.submitted"
_APPROVED = ("revision.approved", "revision.scheduled")
_ENDS = (*_APPROVED, "revision.returned", "revision.withdrawn")
_FOLLOWED = (
    _SUBMITTED,
    *_ENDS,
    "revision.failed",
    "revision.published",
    "revision.superseded",
    "revision.discarded",
)


def follow() -> int:
    """Follow the log to its end, in the caller's transaction.

    Returns:
        How many revisions something had happened to.
    """
    alone()
    mark = progress(FOLLOWED)
    seen = int(mark.value or 0)
    last = model.Session.scalar(sa.select(sa.func.max(Event.seq))) or 0
    if last <= seen:
        return 0
    revision = Event.data["revision"].astext
    touched = model.Session.scalars(
        sa.select(revision)
        .where(Event.seq > seen, Event.seq <= last, Event.name.in_(_FOLLOWED))
        .where(revision.is_not(None))
        .distinct()
    ).all()
    for start in range(0, len(touched), AT_ONCE):
        _deliver(list(touched[start : start + AT_ONCE]))
    mark.value = str(last)
    model.Session.flush()
    return len(touched)


def _deliver(revisions: list[str]) -> None:
    """Write down how revisions stand, and settle what follows from it."""
    standing = approvals.standing(revisions)
    if not standing:
        return
    happened = _events_of(standing)
    statement = insert(Delivery).values(
        [_row(one, happened[one.revision]) for one in standing]
    )
    new = {
        column.name: statement.excluded[column.name]
        for column in Delivery.__table__.columns
        if not column.primary_key
    }
    model.Session.execute(
        statement.on_conflict_do_update(index_elements=["revision"], set_=new)
    )
    fault("delivered")
    settling.settle_by([one.revision for one in standing])
    fault("settled")


def _events_of(standing: list[Standing]) -> dict[str, list[tuple[str, datetime]]]:
    """Return name and instant of what happened to each revision, in order."""
    revision = Event.data["revision"].astext
    rows = model.Session.execute(
        sa.select(revision, Event.name, Event.at)
        .where(
            Event.object_type == "dataset",
            Event.object_id.in_({one.dataset_id for one in standing}),
            Event.name.in_((_SUBMITTED, *_ENDS)),
            revision.in_([one.revision for one in standing]),
        )
        .order_by(Event.seq)
    )
    found: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    for of, name, at in rows:
        found[of].append((name, at))
    return found


def _row(one: Standing, happened: list[tuple[str, datetime]]) -> dict[str, Any]:
    return {
        "revision": one.revision,
        "dataset_id": one.dataset_id,
        "entry_code": one.entry,
        "agency_id": one.agency_id,
        "kind": one.kind,
        "period": one.period,
        "submitted_at": one.submitted,
        "approved_at": _approved(one, happened),
        "published": one.published,
        "turns": _turns(happened),
    }


def _approved(one: Standing, happened: list[tuple[str, datetime]]) -> datetime | None:
    """Return when a revision was approved, the first time since it was submitted.

    A publication that failed puts it before the leader again; the agency had done its
    part when she approved it first.
    """
    if one.decided is None:
        return None
    first = None
    for name, at in happened:
        if name == _SUBMITTED:
            first = None
        elif name in _APPROVED and first is None:
            first = at
    return min(one.decided, first) if first else one.decided


def _turns(happened: list[tuple[str, datetime]]) -> list[list[float | None]]:
    """Return the times that a revision was with the leader."""
    turns: list[list[float | None]] = []
    for name, at in happened:
        if name == _SUBMITTED:
            turns.append([at.timestamp(), None])
        elif turns and turns[-1][1] is None:
            turns[-1][1] = at.timestamp()
    return turns
