"""When an obligation opens, what its target is, and when it is due.

The counting is the portal's own (`shared/deadline`); `explained_by` tells how
`sonla_deadline_explain` is asked for the same date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ckanext.sonla.shared import clock, policy
from ckanext.sonla.shared.deadline import Calendar, Deadline, deadline, fixed, quarterly

from .model import CHANGE, PERIODIC, PUBLISH_BY

if TYPE_CHECKING:
    from datetime import datetime

QUARTERLY = "quarterly"
# What a cycle of the catalogue makes periods of; `once` and `on_change` have none.
PERIOD_KINDS = {
    "monthly": "month",
    QUARTERLY: "quarter",
    "half_yearly": "half",
    "yearly": "year",
}


@dataclass(frozen=True)
class Dates:
    """The dates of an obligation.

    Args:
        start: the day from which days are counted.
        opens: the first day on which it is due: the first after its period.
        target: the day that reminders count from.
        due: the last day.
    """

    start: date
    opens: date
    target: date
    due: date

    @property
    def opens_at(self) -> datetime:
        """The instant at which the first day begins."""
        return beginning_of(self.opens)

    @property
    def due_at(self) -> datetime:
        """The instant at which the last day ends."""
        return clock.end_of(self.due)

    def as_row(self) -> dict[str, Any]:
        """Return the dates as the table has them, plain enough for JSON."""
        return {
            "start": self.start.isoformat(),
            "opens": self.opens.isoformat(),
            "opens_at": clock.iso_z(self.opens_at),
            "target": self.target.isoformat(),
            "due": self.due.isoformat(),
            "due_at": clock.iso_z(self.due_at),
        }


def beginning_of(day: date) -> datetime:
    """Return the instant at which a day begins in the province."""
    return clock.end_of(day - timedelta(days=1))


def of_period(cycle: str, period: clock.Period, days_off: Calendar) -> Dates:
    """Return the dates of a period's update (article 8.4)."""
    if cycle == QUARTERLY:
        found = quarterly(
            period.next(),
            policy.number("update_days"),
            days_off,
            on_target=policy.switch("due_on_target_day"),
        )
    else:
        found = deadline(period.after, policy.number("period_days"), days_off)
    return _dates(found, opens=period.after)


def of_publish_by(day: date, opens: date, days_off: Calendar) -> Dates:
    """Return the dates of the first publication, by the day that a decision names."""
    return _dates(fixed(day, days_off), opens=opens)


def of_change(day: date, days_off: Calendar) -> Dates:
    """Return the dates of the update after a change of the data (article 8.4)."""
    return _dates(deadline(day, policy.number("update_days"), days_off), opens=day)


def _dates(found: Deadline, opens: date) -> Dates:
    return Dates(found.start, opens, found.target or found.due, found.due)


def explained_by(
    kind: str, cycle: str | None, period: str, entry: str
) -> dict[str, Any]:
    """Return what `sonla_deadline_explain` is asked for an obligation's due date."""
    if kind == PUBLISH_BY:
        return {"kind": "publish_by", "entry": entry}
    if kind == CHANGE:
        return {"kind": "change_update", "start": period.partition(":")[0]}
    assert kind == PERIODIC  # noqa: S101 - the table's own check
    if cycle != QUARTERLY:
        return {"kind": "period_update", "data_period": period}
    due_in = clock.parse_period(period).next()
    quarter = (due_in.first.month + 2) // 3
    return {"kind": "quarterly_update", "year": due_in.first.year, "quarter": quarter}
