"""A quarter whose due dates are over is a snapshot: each status as it stood then.

What was missing then may still come and be late in the living list; the snapshot stays,
and the database refuses any change of it. The quarter's report (article 12.3) is made
from it, and strangers read how agencies stood only there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock, events, policy
from ckanext.sonla.shared.faults import declare, fault

from . import following, making, statuses
from .model import FrozenObligation, FrozenQuarter, Obligation, alone, in_bulk, progress

if TYPE_CHECKING:
    from datetime import date, datetime

declare("freeze", "caught_up", "statuses_frozen", "summed_up")

FROZEN = "frozen"
# A snapshot is for ever: a clock that runs ahead for a moment must not take one.
STEADY = timedelta(hours=1)
_SUMMARY = """
INSERT INTO sonla_obligation_summary (quarter, of, object_id, title, counts)
SELECT :quarter, '{of}', id, coalesce(max(title), id), jsonb_object_agg(status, number)
FROM (
    SELECT {id} AS id, max({title}) AS title, status, count(*) AS number
    FROM sonla_obligation_frozen
    WHERE quarter = :quarter AND {id} IS NOT NULL
    GROUP BY {id}, status
) AS counted
GROUP BY id
"""
_SUMMED = (
    ("agency", "agency_id", "agency_title"),
    ("domain", "domain_id", "domain_title"),
    ("entry", "entry_code", "entry_title"),
)


def freeze_due() -> list[str]:
    """Freeze every quarter whose time has come, in the caller's transaction.

    Returns:
        The quarters that were frozen; none on the first sight of a quarter's end, and
        after that what the clock has shown for an hour.
    """
    moment = clock.now()
    days = policy.number("freeze_days")
    ended = clock.period_of(
        clock.local_date(moment) - timedelta(days=days), "quarter"
    ).previous()
    alone()
    mark = progress(FROZEN)
    seen, _, since = mark.value.partition(" since ")
    if seen != str(ended):
        mark.value = f"{ended} since {moment.timestamp()}"
        return []
    if not since or moment.timestamp() < float(since) + STEADY.total_seconds():
        return []
    _catch_up()
    fault("caught_up")
    frozen = [str(one) for one in _unfrozen(ended.last) if freeze(one)]
    mark.value = str(ended)
    return frozen


def freeze(quarter: clock.Period) -> bool:
    """Freeze what is due in a quarter, in the caller's transaction; once for ever.

    Args:
        quarter: it has ended. Statuses are those of its end and the policy's
            `freeze_days`, however late this comes.

    Returns:
        Whether this call froze it; False if it was frozen before.

    Raises:
        ValidationError: the quarter has not ended.
    """
    moment = clock.now()
    if moment < clock.end_of(quarter.last):
        raise tk.ValidationError({"quarter": [tk._("The quarter has not ended yet")]})
    _catch_up()
    days = timedelta(days=policy.number("freeze_days"))
    as_of = min(moment, clock.end_of(quarter.last + days))
    made: Any = model.Session.execute(
        insert(FrozenQuarter)
        .values(quarter=str(quarter), as_of=as_of, frozen_at=moment)
        .on_conflict_do_nothing()
    )
    if not made.rowcount:
        return False
    with in_bulk():
        _freeze_statuses(quarter, as_of)
        fault("statuses_frozen")
        for of, identity, title in _SUMMED:
            model.Session.execute(
                sa.text(_SUMMARY.format(of=of, id=identity, title=title)),
                {"quarter": str(quarter)},
            )
        fault("summed_up")
    _record(quarter, as_of)
    return True


def _catch_up() -> None:
    """See to it that all is made and settled that the snapshot has to tell."""
    following.follow()
    making.make()


def _unfrozen(until: date) -> list[clock.Period]:
    begin = sa.func.date_trunc("quarter", Obligation.due)
    days = model.Session.scalars(
        sa.select(sa.cast(begin, sa.Date))
        .where(Obligation.due <= until)
        .distinct()
        .order_by(sa.cast(begin, sa.Date))
    )
    quarters = [clock.period_of(day, "quarter") for day in days]
    known = set(model.Session.scalars(sa.select(FrozenQuarter.quarter)))
    return [one for one in quarters if str(one) not in known]


def _freeze_statuses(quarter: clock.Period, as_of: datetime) -> None:
    of = Obligation
    agency, domain = aliased(model.Group), aliased(model.Group)
    met = of.met_at <= as_of
    found = (
        sa.select(
            of.id,
            sa.literal(str(quarter)),
            of.entry_code,
            of.entry_title,
            of.agency_id,
            sa.func.coalesce(agency.name, of.agency_id),
            sa.func.coalesce(agency.title, agency.name, of.agency_id),
            of.domain_id,
            sa.func.coalesce(domain.title, domain.name),
            of.kind,
            of.period,
            of.due,
            statuses.status_at(as_of),
            sa.case((met, of.met_at)),
            sa.case((met, of.officer_seconds)),
            sa.case((met, of.leader_seconds)),
        )
        .outerjoin(agency, agency.id == of.agency_id)
        .outerjoin(domain, domain.id == of.domain_id)
        .where(of.due.between(quarter.first, quarter.last))
    )
    columns = [column.name for column in FrozenObligation.__table__.columns]
    model.Session.execute(
        insert(FrozenObligation).from_select(columns, found).on_conflict_do_nothing()
    )


def _record(quarter: clock.Period, as_of: datetime) -> None:
    counts = model.Session.execute(
        sa.select(FrozenObligation.status, sa.func.count().label("number"))
        .where(FrozenObligation.quarter == str(quarter))
        .group_by(FrozenObligation.status)
    )
    events.record(
        "obligations.frozen",
        object_type="quarter",
        object_id=str(quarter),
        as_of=as_of,
        counts={row.status: row.number for row in counts},
    )
