"""Months as calendars draw them: weeks of days, Monday first, and a day's name."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from babel import dates

from . import language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass
class Cell:
    """A day in a calendar: which one, what it is, and what stands below it.

    Args:
        day: the date.
        marks: what it is, in words that the style sheet knows, such as `off`.
        note: a short text below the number.
        more: whatever else the page draws there.
    """

    day: date
    marks: list[str] = field(default_factory=list)
    note: str = ""
    more: Any = None


@dataclass(frozen=True)
class Month:
    """A month with its weeks; None stands for a day of another month."""

    first: date
    weeks: list[list[Cell | None]]

    @property
    def title(self) -> str:
        """The month's name and year in the page's language."""
        return month_title(self.first)


def month_title(day: date) -> str:
    """Return the name and year of a day's month in the page's language."""
    named = dates.format_skeleton("yMMMM", day, locale=language.current())
    return named[:1].upper() + named[1:]


def month(year: int, number: int, cell: Callable[[date], Cell] = Cell) -> Month:
    """Return a month whose days `cell` draws."""
    return Month(
        date(year, number, 1),
        [
            [cell(date(year, number, day)) if day else None for day in week]
            for week in months.Calendar().monthdayscalendar(year, number)
        ],
    )


def covering(days: Iterable[date], cell: Callable[[date], Cell] = Cell) -> list[Month]:
    """Return the months in which the given days lie, in order."""
    found = sorted({(day.year, day.month) for day in days})
    return [month(year, number, cell) for year, number in found]


def weekdays() -> list[tuple[str, str]]:
    """Return the short and the full names of the weekdays, Monday first."""
    spoken = language.current()
    short = dates.get_day_names(
        "narrow" if spoken.startswith("vi") else "abbreviated", locale=spoken
    )
    full = dates.get_day_names("wide", locale=spoken)
    return [(short[number], full[number]) for number in range(7)]


def weekday(day: date) -> str:
    """Return the full name of a date's weekday in the page's language."""
    return dates.get_day_names("wide", locale=language.current())[day.weekday()]
