"""The clock of feedback: ten days from receipt, by the calendar (article 9.2).

Nothing but a change of the calendar moves a due date; reopening begins to count anew.
A pause, a forwarding, an agency that is asked: none of them does.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import calendar, clock, policy
from ckanext.sonla.shared.deadline import Calendar, Deadline, deadline
from ckanext.sonla.shared.recounting import Moved, recounter

from .model import Feedback, is_open

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_MOVE = """
UPDATE sonla_feedback AS f SET due = p.due, due_at = p.due_at
FROM jsonb_to_recordset(CAST(:moves AS jsonb))
    AS p (day date, old_due date, due date, due_at timestamptz)
WHERE f.state IN ('received', 'assigned', 'in_progress', 'coordinating', 'paused')
  AND f.due = p.old_due
  AND CAST(f.received AT TIME ZONE :zone AS date) = p.day
"""


def due_of(received: datetime, days_off: Calendar | None = None) -> Deadline:
    """Count when what was received at an instant is due, with the steps of it.

    Args:
        received: the instant of receipt; its day is not counted.
        days_off: the calendar, if it has been read already.
    """
    return deadline(
        clock.local_date(received),
        policy.number("feedback_days"),
        days_off or calendar.load(),
    )


def start(feedback: Feedback, received: datetime) -> None:
    """Let the clock of a round begin."""
    counted = due_of(received)
    feedback.received = received
    feedback.due, feedback.due_at = counted.due, counted.due_at
    feedback.closed = None


@recounter("feedback")
def recount() -> list[Moved]:
    """Recount what is open, in the caller's transaction; return what moved."""
    days_off = calendar.load()
    moves: list[dict[str, Any]] = []
    moved: list[Moved] = []
    for day, due, count in _open():
        found = deadline(day, policy.number("feedback_days"), days_off)
        if found.due == due:
            continue
        moves.append(
            {
                "day": day.isoformat(),
                "old_due": due.isoformat(),
                "due": found.due.isoformat(),
                "due_at": found.due_at.isoformat(),
            }
        )
        moved.append(Moved("feedback", day.isoformat(), due, found.due, count))
    if moves:
        zone = policy.text("timezone")
        model.Session.execute(
            sa.text(_MOVE), {"moves": json.dumps(moves), "zone": zone}
        )
    return moved


def _open() -> list[Any]:
    """Return day of receipt, due date and number of what is open."""
    day = sa.cast(sa.func.timezone(policy.text("timezone"), Feedback.received), sa.Date)
    query = (
        sa.select(day, Feedback.due, sa.func.count())
        .where(is_open())
        .group_by(day, Feedback.due)
        .order_by(day, Feedback.due)
    )
    return list(model.Session.execute(query))


def late_at(end: Any, due_at: Any) -> Any:
    """Tell whether an instant is too late: after 24:00 of the last day, not at it.

    The period ends at 24:00 of its last day (Civil Code, article 148.5), and what
    comes at its end has come within it. Works on columns as on instants, and is what
    `sonla_feedback_count` counts by (migration 004).
    """
    return end > due_at


def standing(of: Any, now: datetime) -> dict[str, Any]:
    """Return how the clock of feedback stands.

    Args:
        of: feedback, or a row or past round with `received`, `due`, `due_at`, `closed`.
        now: the instant that is asked.

    Returns:
        `due`; `days`: the days left, below 0 the days over, at its end if it has one;
        `late`; `closed`: whether the clock has stopped; `explain`: what the page of
        deadlines is asked for.
    """
    due, closed = of.due, of.closed
    if due is None:
        return {
            "due": None, "days": None, "late": False, "closed": False, "explain": {}
        }  # fmt: skip
    end = closed or now
    # 24:00 of the last day is the calendar's next day, and not a day over.
    day = due if end == of.due_at else clock.local_date(end)
    return {
        "due": due,
        "days": (due - day).days,
        "late": late_at(end, of.due_at),
        "closed": closed is not None,
        "explain": {"kind": "feedback", "start": clock.local_date(of.received)},
    }


def words(standing_: Mapping[str, Any]) -> str:
    """Say in the reader's language how the clock stands: `3 days left`."""
    days = standing_["days"]
    if days is None:
        return ""
    if standing_["closed"]:
        if not standing_["late"]:
            return tk._("In time")
        return tk.ungettext("{count} day late", "{count} days late", -days).format(
            count=-days
        )
    if standing_["late"]:
        return tk.ungettext(
            "{count} day overdue", "{count} days overdue", -days
        ).format(count=-days)
    if not days:
        return tk._("Due today")
    return tk.ungettext("{count} day left", "{count} days left", days).format(
        count=days
    )
