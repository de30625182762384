"""Counting anew what is open, when the calendar or the way of counting changes.

What is met was judged by the due date of its time, and a frozen period stays as it was
told: neither moves.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import calendar, clock
from ckanext.sonla.shared.recounting import Moved, recounter

from . import dates
from .model import CHANGE, PERIODIC, FrozenObligation, Obligation, alone, is_open

if TYPE_CHECKING:
    from ckanext.sonla.shared.deadline import Calendar

_KEY = (
    Obligation.kind,
    Obligation.cycle,
    Obligation.period,
    Obligation.start,
    Obligation.opens,
    Obligation.target,
    Obligation.due,
)
_MOVE = """
UPDATE sonla_obligation AS o
SET target = p.target, due = p.due, due_at = p.due_at, start = p.start
FROM jsonb_to_recordset(CAST(:moves AS jsonb)) AS p (
    kind text, period text, old_start date, old_due date, opens date,
    start date, target date, due date, due_at timestamptz
)
WHERE o.kind = p.kind AND o.period = p.period AND o.due = p.old_due
  AND o.start = p.old_start AND o.opens = p.opens
  AND o.met_at IS NULL AND o.excused_at IS NULL AND o.closed_at IS NULL
  AND NOT EXISTS (
    SELECT FROM sonla_obligation_frozen AS f WHERE f.obligation_id = o.id
  )
"""


@recounter("obligations")
def recount() -> list[Moved]:
    """Recount what is open, in the caller's transaction; return what moved."""
    alone()
    days_off = calendar.load()
    moves: list[dict[str, Any]] = []
    moved: list[Moved] = []
    for row in _open():
        found = _dates(row, days_off)
        if (found.target, found.due) == (row.target, row.due):
            continue
        moves.append(
            {
                **found.as_row(),
                "kind": row.kind,
                "period": row.period,
                "old_start": row.start.isoformat(),
                "old_due": row.due.isoformat(),
            }
        )
        if found.due != row.due:
            moved.append(
                Moved("obligation", _of(row), row.due, found.due, row.count_of)
            )
    if moves:
        model.Session.execute(sa.text(_MOVE), {"moves": json.dumps(moves)})
    return moved


def _open() -> list[Any]:
    frozen = sa.exists().where(FrozenObligation.obligation_id == Obligation.id)
    return list(
        model.Session.execute(
            sa.select(*_KEY, sa.func.count().label("count_of"))
            .where(is_open(), ~frozen)
            .group_by(*_KEY)
            .order_by(Obligation.due, Obligation.period)
        )
    )


def _dates(row: Any, days_off: Calendar) -> dates.Dates:
    if row.kind == PERIODIC:
        period = clock.parse_period(row.period)
        return dates.of_period(row.cycle, period, days_off)
    if row.kind == CHANGE:
        return dates.of_change(row.start, days_off)
    return dates.of_publish_by(row.start, row.opens, days_off)


def _of(row: Any) -> str:
    """Return what the moved ones have in common: a period, or a day."""
    return row.period.partition(":")[0]
