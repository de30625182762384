"""Making what is owed: for every entry in force, each of its providers and each period.

A period's obligation exists from the period's first day on. The first one is of the
first period that begins after the edition took effect and the agency joined; nothing
earlier is missing. What is owed follows from the editions' dates alone, so a tick after
a long outage makes what one in time would have made, and a second one makes nothing.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import calendar, clock, owed, policy
from ckanext.sonla.shared.faults import declare, fault

from . import closing, dates, recounting, settling
from .model import Progress, alone, in_bulk, progress

if TYPE_CHECKING:
    from datetime import datetime

    from ckanext.sonla.shared.deadline import Calendar

declare("make", "pairs_held", "periods_made", "closed_made")

MADE = "made"
COUNTED = "counted"
MANY = 1000
# What is there already is found in the index of the key, row by row: an anti-join would
# be planned by statistics, which know nothing of what has just been made.
_PERIODS = """
INSERT INTO sonla_obligation (
    id, entry_code, agency_id, kind, period, cycle, period_first, entry_title,
    domain_id, start, opens, opens_at, target, due, due_at, made
)
SELECT gen_random_uuid()::text, h.entry_code, h.agency_id, 'periodic', p.period,
       p.cycle, p.period_first, h.title, h.domain_id,
       p.start, p.opens, p.opens_at, p.target, p.due, p.due_at, :now
FROM sonla_held_cycle AS h
JOIN jsonb_to_recordset(CAST(:periods AS jsonb)) AS p (
    cycle text, period text, period_first date, start date, opens date,
    opens_at timestamptz, target date, due date, due_at timestamptz
) ON p.cycle = h.value AND p.period_first > greatest(h.since, h.joined)
     AND (h.until IS NULL OR p.period_first < h.until)
ON CONFLICT DO NOTHING
"""
# What was published before has met its publish-by date, whatever that was.
_PUBLISH_BY = """
INSERT INTO sonla_obligation (
    id, entry_code, agency_id, kind, period, entry_title, domain_id,
    start, opens, opens_at, target, due, due_at, made
)
SELECT gen_random_uuid()::text, h.entry_code, h.agency_id, 'publish_by', h.value,
       h.title, h.domain_id, p.start, p.opens, p.opens_at, p.target, p.due, p.due_at,
       :now
FROM sonla_held_publish_by AS h
JOIN jsonb_to_recordset(CAST(:days AS jsonb)) AS p (
    day date, since date, start date, opens date, opens_at timestamptz, target date,
    due date, due_at timestamptz
) ON p.day = h.value::date AND p.since = greatest(h.since, h.joined) AND p.day > p.since
WHERE (h.until IS NULL OR h.until > :today)
  AND NOT EXISTS (
    SELECT FROM sonla_obligation AS o
    WHERE o.entry_code = h.entry_code AND o.agency_id = h.agency_id
      AND o.kind = 'publish_by' AND (o.period = h.value OR o.met_at IS NOT NULL)
  )
  AND NOT EXISTS (
    SELECT FROM sonla_obligation_delivery AS d
    WHERE d.entry_code = h.entry_code AND d.agency_id = h.agency_id
      AND d.kind = 'publication' AND d.approved_at < p.opens_at
  )
ON CONFLICT DO NOTHING
"""


def make() -> int:
    """Make, close and recount whatever the clock or a decision asks for by now.

    Writes in the caller's transaction; nothing to do costs the reading of one mark.

    Returns:
        How many obligations were made.
    """
    source = owed.source()
    if source is None:
        return 0
    moment = clock.now()
    today = clock.local_date(moment)
    alone()
    mark = progress(MADE)
    counted = _counted_by()
    ruled_by = _digest(source.stamp(today), counted)
    fingerprint = f"{ruled_by} {today:%Y-%m}"
    if mark.value == fingerprint:
        return 0
    begins = _begins(mark.value, ruled_by, today)
    _recount_if_needed(counted)
    with in_bulk():
        _hold(source, today)
        fault("pairs_held")
        made = _insert(begins, today, moment)
        fault("periods_made")
        closing.close_ended(today, moment)
        fault("closed_made")
        settling.settle_made(moment)
    if made > MANY:
        # Whoever reads next is planned by what is there now.
        model.Session.execute(sa.text("ANALYZE sonla_obligation"))
    mark.value = fingerprint
    model.Session.flush()
    return made


def _begins(mark: str, ruled_by: str, today: date) -> date:
    """Return the day from which on periods may begin that nobody made yet.

    Under the same editions, agencies and calendar what began before was made before: a
    quarter's opening costs that quarter's obligations, not those of all the years.
    """
    before, _, month = mark.partition(" ")
    if before != ruled_by or month > f"{today:%Y-%m}":
        return date.min
    return clock.parse_period(month).first


def _recount_if_needed(counted: str) -> None:
    """Recount what is open when days are counted by another calendar or policy."""
    mark: Progress = progress(COUNTED)
    if mark.value not in ("", counted):
        recounting.recount()
    mark.value = counted


def _counted_by() -> str:
    """Return a text that differs as soon as days are counted otherwise."""
    days = model.Session.execute(
        sa.select(calendar.CalendarDay.date, calendar.CalendarDay.kind).order_by(
            calendar.CalendarDay.date
        )
    ).all()
    return _digest(
        *(f"{day} {kind}" for day, kind in days),
        policy.number("update_days"),
        policy.number("period_days"),
        policy.switch("due_on_target_day"),
        policy.text("timezone"),
        policy.text("holidays_country"),
    )


def _digest(*parts: Any) -> str:
    text = json.dumps([str(part) for part in parts])
    return hashlib.sha256(text.encode()).hexdigest()


def _hold(source: owed.Source, today: date) -> None:
    """Keep the catalogue's answers for the statements of this transaction."""
    for by, table in (
        (owed.CYCLE, "sonla_held_cycle"),
        (owed.PUBLISH_BY, "sonla_held_publish_by"),
    ):
        query = source.held(by, today)
        model.Session.execute(sa.text(f"DROP TABLE IF EXISTS {table}"))
        model.Session.execute(
            sa.text(
                f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS {query.element}"
            ),
            query.element.compile().params,
        )
        model.Session.execute(
            sa.text(f"CREATE INDEX ON {table} (entry_code, agency_id)")
        )
        model.Session.execute(sa.text(f"ANALYZE {table}"))


def _insert(begins: date, today: date, moment: datetime) -> int:
    days_off = calendar.load()
    owed_for = _periods(begins, today, days_off)
    periods: Any = model.Session.execute(
        sa.text(_PERIODS), {"periods": json.dumps(owed_for), "now": moment}
    )
    days: Any = model.Session.execute(
        sa.text(_PUBLISH_BY),
        {"days": json.dumps(_days(days_off)), "now": moment, "today": today},
    )
    return periods.rowcount + days.rowcount


def _periods(begins: date, today: date, days_off: Calendar) -> list[dict[str, Any]]:
    """Return every period that may be owed and isn't yet, with its dates, by cycle."""
    cycles = model.Session.execute(
        sa.text(
            "SELECT value, min(greatest(since, joined)) FROM sonla_held_cycle"
            " GROUP BY value"
        )
    )
    return [
        {
            "cycle": cycle,
            "period": str(period),
            "period_first": period.first.isoformat(),
            **dates.of_period(cycle, period, days_off).as_row(),
        }
        for cycle, since in cycles.all()
        if cycle in dates.PERIOD_KINDS
        for period in clock.periods(
            clock.period_of(max(since, begins), dates.PERIOD_KINDS[cycle]), today
        )
    ]


def _days(days_off: Calendar) -> list[dict[str, Any]]:
    """Return every publish-by date with the day from which it is owed."""
    asked = model.Session.execute(
        sa.text(
            "SELECT DISTINCT value::date AS day, greatest(since, joined) AS since"
            " FROM sonla_held_publish_by"
        )
    )
    return [
        {
            "day": day.isoformat(),
            "since": since.isoformat(),
            **dates.of_publish_by(day, since, days_off).as_row(),
        }
        for day, since in asked.all()
        if calendar.known(day.year)
    ]
