"""The list of obligations, as each reader may see it.

Members of the agency, the operating office and auditors read how things stand now.
Strangers read what is owed and by when, what was excused or closed, and how it stood
when its quarter was frozen. Between the due date and the freezing they read `due`
of everything, delivered or not: a list that showed only what came in time would name
those who are late by what it leaves out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ckan import model
from ckanext.sonla.shared import clock, policy

from . import closing, dates, statuses
from .model import (
    CHANGE,
    PERIODIC,
    Delivery,
    FrozenObligation,
    Obligation,
    is_open,
)
from .permissions import reads_all, reads_of

if TYPE_CHECKING:
    from datetime import datetime

    from ckan.types import DataDict

_DAY_SECONDS = 86400
Agency, Domain = aliased(model.Group), aliased(model.Group)
_STANDING = (statuses.ON_TIME, *statuses.DELAYED)


class Reader:
    """Who reads, at which instant, and what of each obligation."""

    def __init__(self, user: str | None, now: datetime | None = None) -> None:
        self.now = now or clock.now()
        self.live = reads_all(user)
        self.own = reads_of(user)
        self.delays = policy.switch("show_live_delays")

    def inside(self) -> sa.ColumnElement[bool]:
        """Return whether the reader sees an obligation as insiders do."""
        if self.live:
            return sa.true()
        return Obligation.agency_id.in_(self.own) if self.own else sa.false()

    def status(self) -> sa.ColumnElement[str]:
        """Return the status that the reader sees."""
        live = statuses.status_at(self.now)
        if self.live or self.delays:
            return live
        untold = sa.and_(live.in_(_STANDING), Obligation.due_at <= self.now)
        return sa.case(
            (self.inside(), live),
            (FrozenObligation.status.is_not(None), FrozenObligation.status),
            (untold, statuses.DUE),
            else_=live,
        )


def query(reader: Reader, asked: DataDict) -> sa.Select[Any]:
    """Return the query of the obligations that are asked for, as a reader sees them."""
    status = reader.status()
    found = (
        sa.select(
            Obligation,
            status.label("status"),
            reader.inside().label("inside"),
            Agency.name.label("agency_name"),
            Agency.title.label("agency_title"),
            Domain.name.label("domain_name"),
            Domain.title.label("domain_title"),
            FrozenObligation.status.label("frozen_status"),
            FrozenObligation.met_at.label("frozen_met_at"),
            FrozenObligation.quarter.label("frozen_quarter"),
        )
        .outerjoin(Agency, Agency.id == Obligation.agency_id)
        .outerjoin(Domain, Domain.id == Obligation.domain_id)
        .outerjoin(FrozenObligation, FrozenObligation.obligation_id == Obligation.id)
    )
    for condition in _conditions(asked):
        found = found.where(condition)
    if not asked.get("status"):
        return found
    if reader.live and statuses.OPEN.issuperset(asked["status"]):
        # Says no more than the statuses do, and has an index of the few that are open.
        found = found.where(is_open())
    return found.where(status.in_(asked["status"]))


def _conditions(asked: DataDict) -> list[sa.ColumnElement[bool]]:
    of = Obligation
    found: list[sa.ColumnElement[bool]] = []
    equal = {"period": of.period, "entry": of.entry_code, "kind": of.kind}
    found += [column == asked[name] for name, column in equal.items() if name in asked]
    for name, column in (("agency", of.agency_id), ("domain", of.domain_id)):
        if name in asked:
            # By its id alone, which has an index.
            group = model.Group.get(asked[name])
            found.append(column == (group.id if group else asked[name]))
    if "dataset_id" in asked:
        found.append(_of_dataset(asked["dataset_id"]))
    if asked.get("due_quarter"):
        quarter = asked["due_quarter"]
        found.append(of.due.between(quarter.first, quarter.last))
    if asked.get("due_from"):
        found.append(of.due >= asked["due_from"])
    if asked.get("due_until"):
        found.append(of.due <= asked["due_until"])
    return found


def _of_dataset(name: str) -> sa.ColumnElement[bool]:
    """Return the condition of what a dataset's agency owes for its entry."""
    package = model.Package.get(name)
    if package is None:
        return sa.false()
    return sa.and_(
        Obligation.entry_code == (package.extras or {}).get("catalogue_entry", ""),
        Obligation.agency_id == package.owner_org,
        sa.or_(Obligation.kind != CHANGE, Obligation.dataset_id == package.id),
    )


def listed(user: str | None, asked: DataDict) -> dict[str, Any]:
    """Return a page of obligations, the earliest due first, and how many there are."""
    reader = Reader(user)
    found = query(reader, asked)
    ids = found.with_only_columns(Obligation.id).order_by(None)
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(ids.subquery()))
    page = found.order_by(
        Obligation.due, Obligation.entry_code, Agency.name, Obligation.id
    )
    rows = model.Session.execute(
        page.limit(asked["limit"]).offset(asked["offset"])
    ).all()
    known = _datasets(rows)
    return {"count": count, "results": [told(row, reader, known) for row in rows]}


def one(user: str | None, obligation_id: str) -> dict[str, Any]:
    """Return one obligation as a reader sees it."""
    reader = Reader(user)
    found = query(reader, {}).where(Obligation.id == obligation_id)
    row = model.Session.execute(found).one()
    return told(row, reader, _datasets([row]))


def _datasets(rows: Any) -> dict[tuple[str, str], Any]:
    """Return the newest delivered dataset of each entry and agency on a page."""
    pairs = {(row.Obligation.entry_code, row.Obligation.agency_id) for row in rows}
    if not pairs:
        return {}
    package = model.Package
    found = model.Session.execute(
        sa.select(
            Delivery.entry_code,
            Delivery.agency_id,
            package.id,
            package.name,
            package.title,
            package.private,
        )
        .join(package, package.id == Delivery.dataset_id)
        .where(
            sa.tuple_(Delivery.entry_code, Delivery.agency_id).in_(pairs),
            package.state == model.State.ACTIVE,
        )
        .order_by(package.metadata_created)
    )
    return {(row.entry_code, row.agency_id): row for row in found}


def told(row: Any, reader: Reader, datasets: dict[tuple[str, str], Any]) -> Any:
    """Return an obligation as an answer tells it."""
    of: Obligation = row.Obligation
    inside = bool(row.inside)
    dataset = datasets.get((of.entry_code, of.agency_id))
    if dataset is not None and dataset.private and not inside:
        dataset = None
    return {
        "id": of.id,
        "entry": of.entry_code,
        "entry_title": of.entry_title,
        "agency": row.agency_name,
        "agency_title": row.agency_title,
        "domain": row.domain_name,
        "domain_title": row.domain_title,
        "dataset": dataset
        and {"id": dataset.id, "name": dataset.name, "title": dataset.title},
        "kind": of.kind,
        "cycle": of.cycle,
        "period": of.period if of.kind == PERIODIC else "",
        "start": of.start.isoformat(),
        "opens": of.opens.isoformat(),
        "target": of.target.isoformat(),
        "due": of.due.isoformat(),
        "due_at": clock.iso_z(of.due_at),
        "due_quarter": str(clock.period_of(of.due, "quarter")),
        "days_left": (of.due - clock.local_date(reader.now)).days,
        "status": row.status,
        "frozen_status": row.frozen_status,
        "explain": dates.explained_by(of.kind, of.cycle, of.period, of.entry_code),
        **_ended(of),
        **_delivered(of, row, reader),
    }


def _ended(of: Obligation) -> dict[str, Any]:
    excused = of.excused_at and {
        "at": clock.iso_z(of.excused_at),
        "reason": of.excused_reason,
    }
    closed = of.closed_at and {
        "at": clock.iso_z(of.closed_at),
        "reason": closing.reason(of.closed_reason or ""),
    }
    return {"excused": excused, "closed": closed}


def _delivered(of: Obligation, row: Any, reader: Reader) -> dict[str, Any]:
    """Return what came and when: live for insiders, as it was frozen for strangers."""
    if row.inside:
        return {
            "met_at": clock.iso_z(of.met_at),
            "met_by": of.met_by,
            "submitted_at": clock.iso_z(of.submitted_at),
            "officer_days": _days(of.officer_seconds),
            "leader_days": _days(of.leader_seconds),
        }
    met_at = row.frozen_met_at
    if reader.delays or (not row.frozen_status and row.status == statuses.ON_TIME):
        met_at = of.met_at
    nothing = dict.fromkeys(("met_by", "submitted_at", "officer_days", "leader_days"))
    return {"met_at": clock.iso_z(met_at), **nothing}


def _days(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / _DAY_SECONDS, 1)
