"""Counting days as the Civil Code 2015 does, with every step explained.

Article 147.2: the day of the event is not counted. Article 148.5: a period that ends
on a weekend day or a public holiday ends with the next working day. Article 148.6: it
ends at 24:00 of its last day. "Ngày" in the regulation is a calendar day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from . import clock
from .msgid import N_

START_NOT_COUNTED = N_("The day of the event is not counted (Civil Code, article 147)")
COUNTED = N_("Day {number} of {days}")
DAY_OFF = N_("The last day is a day off ({reason}): the period goes on (article 148)")
WORKING_DAY = N_("The period ends with this working day")
TARGET = N_("The day itself is the due date (policy)")


@dataclass(frozen=True)
class Day:
    """What a calendar says about a date: whether people work, and why not."""

    working: bool
    reason: str = ""


Calendar = Callable[[date], Day]


@dataclass(frozen=True)
class Step:
    """One day of the count; `why` is an English msgid that `params` fill."""

    day: date
    counted: bool
    why: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Deadline:
    """A due date and how it came about."""

    start: date
    due: date
    steps: tuple[Step, ...]
    target: date | None = None

    @property
    def due_at(self) -> Any:
        """The instant at which the due date ends."""
        return clock.end_of(self.due)


def deadline(start: date, days: int, calendar: Calendar) -> Deadline:
    """Count calendar days from an event.

    Args:
        start: the date of the event, itself not counted.
        days: length of the period, at least 0.
        calendar: tells of a date whether it is a working day.
    """
    steps = [Step(start, False, START_NOT_COUNTED)]
    for number in range(1, days + 1):
        day = start + timedelta(days=number)
        steps.append(Step(day, True, COUNTED, {"number": number, "days": days}))
    due, tail = roll_over(start + timedelta(days=days), calendar)
    return Deadline(start, due, (*steps, *tail))


def roll_over(last: date, calendar: Calendar) -> tuple[date, list[Step]]:
    """Move a period's last day to the next working day if people are off on it."""
    steps: list[Step] = []
    day = last
    while not (found := calendar(day)).working:
        steps.append(Step(day, False, DAY_OFF, {"reason": found.reason}))
        day += timedelta(days=1)
    if day != last:
        steps.append(Step(day, False, WORKING_DAY))
    return day, steps


def fixed(day: date, calendar: Calendar) -> Deadline:
    """Return the deadline of a date that a decision names, such as publish-by."""
    due, steps = roll_over(day, calendar)
    return Deadline(day, due, tuple(steps))


def quarterly(
    quarter: clock.Period, days: int, calendar: Calendar, *, on_target: bool
) -> Deadline:
    """Return when a quarter's update is due (article 8.4).

    Its target is the `days`-th day of the quarter. Late counts from the due date, for
    which the quarter's first day is the event, unless policy puts it on the target.
    """
    target = quarter.first + timedelta(days=days - 1)
    if on_target:
        return Deadline(
            quarter.first, target, (Step(target, True, TARGET),), target=target
        )
    counted = deadline(quarter.first, days, calendar)
    return Deadline(quarter.first, counted.due, counted.steps, target=target)
