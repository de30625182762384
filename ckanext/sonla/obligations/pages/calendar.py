"""An agency's deadlines by month, for the page that looks like a wall calendar."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.obligations import listing, statuses
from ckanext.sonla.shared import clock, months

from . import lines, words

if TYPE_CHECKING:
    from datetime import date

MOST = 1000
# Months that are drawn: this one and as many after it as deadlines lie in, at most.
MOST_MONTHS = 6


@dataclass(frozen=True)
class Day:
    """A day on which something is due.

    Args:
        day: the date.
        groups: pairs of what is asked for (a period) and its lines.
    """

    day: date
    groups: list[tuple[str, list[dict[str, Any]]]]

    @property
    def count(self) -> int:
        """How many lines are due."""
        return sum(len(found) for _, found in self.groups)


@dataclass(frozen=True)
class MonthOfDays:
    """A month as it is drawn, and the days of it on which something is due."""

    drawn: months.Month
    days: list[Day]


def months_of(user: str, agency: str) -> list[MonthOfDays]:
    """Return the months in which something open is due, and what was due before.

    Args:
        user: who reads.
        agency: the agency's id.
    """
    reader = listing.Reader(user)
    open_ = [statuses.NOT_YET_DUE, statuses.DUE, statuses.MISSING]
    query = listing.query(reader, {"agency": agency, "status": open_})
    due: dict[date, list[dict[str, Any]]] = defaultdict(list)
    targets: set[date] = set()
    for one in lines.page(reader, query, MOST):
        due[words.day_of(one["due"])].append(one)
        targets.add(words.day_of(one["target"]))
    today = clock.today()

    def cell(day: date) -> months.Cell:
        found = months.Cell(day)
        if day == today:
            found.marks.append("today")
        if day in targets and day not in due:
            found.marks.append("target")
        if day in due:
            found.marks.append("late" if day < today else "due")
            found.note = tk.ungettext(
                "{count} line", "{count} lines", len(due[day])
            ).format(count=len(due[day]))
        return found

    drawn = months.covering({*due, *targets, today}, cell)
    shown = [m for m in drawn if any(_in(day, m) for day in due) or _in(today, m)]
    return [
        MonthOfDays(
            month, [_day(day, due[day]) for day in sorted(due) if _in(day, month)]
        )
        for month in shown[-MOST_MONTHS:]
    ]


def _in(day: date, month: months.Month) -> bool:
    return (day.year, day.month) == (month.first.year, month.first.month)


def _day(day: date, found: list[dict[str, Any]]) -> Day:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in found:
        groups[words.about(one)].append(one)
    return Day(day, list(groups.items()))
