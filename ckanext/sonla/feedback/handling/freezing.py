"""A quarter that is over is a snapshot: how each agency stood, each round counted.

What was open then may still be answered, and is late in the living list; the snapshot
stays, and the database refuses any change of it. Strangers read how agencies stood only
there, unless policy shows live delays (article 12.3).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ckan import model
from ckanext.sonla.feedback.model import Feedback
from ckanext.sonla.shared import clock, events, policy
from ckanext.sonla.shared.faults import declare, fault

from . import progress
from .model import FrozenQuarter, FrozenSummary

if TYPE_CHECKING:
    from datetime import date, datetime

declare("feedback_freeze", "feedback_quarter_begun", "feedback_quarter_summed")

# A clock that runs ahead freezes nothing: it must have shown the same for so long.
STEADY = timedelta(hours=1)
_SUM = """
WITH round AS (
    SELECT handler_id, received, due, due_at, closed, state = 'rejected' AS rejected
    FROM sonla_feedback
    WHERE state <> 'set_aside'
      AND (due BETWEEN :first AND :last OR received >= :begin AND received < :end)
    UNION ALL
    SELECT handler_id, received, due, due_at, closed, outcome = 'rejected'
    FROM sonla_feedback_round
    WHERE due BETWEEN :first AND :last OR received >= :begin AND received < :end
), counted AS (
    SELECT handler_id,
        count(*) FILTER (WHERE received >= :begin AND received < :end) AS received,
        count(*) FILTER (WHERE due BETWEEN :first AND :last) AS due,
        count(*) FILTER (WHERE due BETWEEN :first AND :last
            AND closed <= :as_of AND closed <= due_at) AS on_time,
        count(*) FILTER (WHERE due BETWEEN :first AND :last
            AND closed <= :as_of AND closed > due_at) AS late,
        count(*) FILTER (WHERE due BETWEEN :first AND :last
            AND closed <= :as_of AND rejected) AS rejected
    FROM round GROUP BY handler_id
)
INSERT INTO sonla_feedback_summary (
    quarter, agency_id, agency_name, agency_title, received, due, on_time, late, open,
    rejected
)
SELECT :quarter, handler_id, coalesce(agency.name, handler_id),
    coalesce(nullif(agency.title, ''), agency.name, handler_id),
    counted.received, counted.due, on_time, late, counted.due - on_time - late, rejected
FROM counted LEFT JOIN "group" AS agency ON agency.id = handler_id
"""


def freeze_due() -> list[str]:
    """Freeze every quarter whose time has come, in the caller's transaction.

    Returns:
        The quarters that were frozen; none on the first sight of a quarter's end, and
        after that what the clock has shown for an hour.
    """
    moment = clock.now()
    days = policy.number("freeze_days")
    today = clock.local_date(moment) - timedelta(days=days)
    ended = clock.period_of(today, "quarter").previous()
    mark = progress.of("frozen")
    seen, _, since = mark.value.partition(" since ")
    if seen != str(ended):
        mark.value = f"{ended} since {moment.timestamp()}"
        return []
    if not since or moment.timestamp() < float(since) + STEADY.total_seconds():
        return []
    frozen = [str(one) for one in _unfrozen(ended) if freeze(one)]
    mark.value = str(ended)
    return frozen


def freeze(quarter: clock.Period) -> bool:
    """Freeze a quarter that has ended, in the caller's transaction; once for ever.

    Returns:
        Whether this call froze it.
    """
    moment = clock.now()
    days = timedelta(days=policy.number("freeze_days"))
    as_of = min(moment, clock.end_of(quarter.last + days))
    made: Any = model.Session.execute(
        insert(FrozenQuarter)
        .values(quarter=str(quarter), as_of=as_of, frozen_at=moment)
        .on_conflict_do_nothing()
    )
    if not made.rowcount:
        return False
    fault("feedback_quarter_begun")
    model.Session.execute(
        sa.text(_SUM),
        {
            "quarter": str(quarter),
            "first": quarter.first,
            "last": quarter.last,
            "begin": clock.end_of(quarter.first - timedelta(days=1)),
            "end": clock.end_of(quarter.last),
            "as_of": as_of,
        },
    )
    fault("feedback_quarter_summed")
    _record(quarter, as_of)
    return True


def _unfrozen(until: clock.Period) -> list[clock.Period]:
    """Return the quarters up to one that are not frozen, from the first that had any.

    The newest that is frozen ends the search: they are frozen in their order.
    """
    newest = model.Session.scalar(sa.select(sa.func.max(FrozenQuarter.quarter)))
    if newest:
        begin = clock.parse_period(newest).next()
    else:
        first: date | None = model.Session.scalar(sa.select(sa.func.min(Feedback.due)))
        if first is None:
            return []
        # What was due first came in the quarter before, perhaps.
        begin = clock.period_of(first, "quarter").previous()
    return list(clock.periods(begin, until.first))


def _record(quarter: clock.Period, as_of: datetime) -> None:
    names = ("received", "due", "on_time", "late", "open", "rejected")
    row = model.Session.execute(
        sa.select(
            *(sa.func.coalesce(sa.func.sum(getattr(FrozenSummary, one)), 0)
              for one in names)
        ).where(FrozenSummary.quarter == str(quarter))
    ).one()  # fmt: skip
    events.record(
        "feedback.frozen",
        object_type="quarter",
        object_id=str(quarter),
        as_of=as_of,
        counts=dict(zip(names, map(int, row), strict=True)),
    )
