"""When things happened on the demonstration portal: a history up to today.

Deadlines, feedback and their pages need a past. Each step runs at its own time, so the
log, the approvals and what is owed say what they would if it had been so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from ckanext.sonla.shared import clock

if TYPE_CHECKING:
    from collections.abc import Callable

OPENED = time(9)


@dataclass(frozen=True)
class Step:
    """Something that is done at a time, with the name that the progress shows."""

    at: datetime
    name: str
    run: Callable[[], Any]

    def take(self) -> None:
        """Do it, at its time; what hasn't come yet is done now."""
        with clock.at(min(self.at, clock.now())):
            self.run()


def morning(day: date) -> datetime:
    """Return when the offices open on a day."""
    return datetime.combine(day, OPENED, tzinfo=clock.zone())


def days_ago(days: float) -> datetime:
    """Return the instant so many days ago."""
    return clock.now() - timedelta(days=days)
