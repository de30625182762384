"""Which days are working days: the `holidays` package under the operator's own table.

Swapped working days and make-up Saturdays are announced year by year, so what the
operator enters has the last word. A make-up Saturday is a working day.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import holidays
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model

from . import clock, policy
from . import language as reader
from .deadline import Calendar, Day

if TYPE_CHECKING:
    from collections.abc import Mapping

HOLIDAY = "holiday"
WORKING = "working"
KINDS = (HOLIDAY, WORKING)


class CalendarDay(tk.BaseModel):
    """A day of the operator's table."""

    __tablename__ = "sonla_calendar_day"

    date: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text, default="")

    def as_dict(self) -> dict[str, Any]:
        """Return the day as the API shows it."""
        return {
            "date": self.date.isoformat(),
            "kind": self.kind,
            "name": self.name,
            "source": "operator",
        }


_DAYS = sa.select(CalendarDay.date, CalendarDay.kind, CalendarDay.name)


@lru_cache(maxsize=256)
def _national(country: str, language: str, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays(country, years=year, language=language)


def national(year: int, language: str | None = None) -> holidays.HolidayBase:
    """Return a year's public holidays, named in the reader's language."""
    spoken = language or reader.current()
    language = "vi" if spoken.startswith("vi") else "en_US"
    return _national(policy.text("holidays_country"), language, year)


def over(overrides: Mapping[date, tuple[str, str]], language: str = "vi") -> Calendar:
    """Return a calendar with some days' `(kind, name)` set by hand.

    Reads no database, so the counting can be tried on any table of days.
    """

    def calendar(day: date) -> Day:
        if day in overrides:
            kind, name = overrides[day]
            return Day(kind == WORKING, name)
        country = national(day.year, language)
        if country.is_working_day(day):
            return Day(True)
        return Day(False, country.get(day) or _weekday(day))

    return calendar


def _weekday(day: date) -> str:
    return tk._("Saturday") if day.weekday() == 5 else tk._("Sunday")  # noqa: PLR2004 - Monday is 0


def load(language: str | None = None) -> Calendar:
    """Return the calendar in force: the operator's table over the national one."""
    rows = model.Session.execute(_DAYS)
    overrides = {row.date: (row.kind, row.name) for row in rows}
    return over(overrides, language or reader.current())


def of_year(year: int) -> list[dict[str, Any]]:
    """List a year's days off and make-up working days, by date, with their source."""
    country = national(year)
    days = {
        day: {
            "date": day.isoformat(),
            "kind": HOLIDAY,
            "name": name,
            "source": "national",
        }
        for day, name in country.items()
    }
    for day in country.weekend_workdays:
        if day.year == year:
            days[day] = {
                "date": day.isoformat(),
                "kind": WORKING,
                "name": "",
                "source": "national",
            }
    own = sa.select(CalendarDay).where(
        CalendarDay.date.between(date(year, 1, 1), date(year, 12, 31))
    )
    days |= {row.date: row.as_dict() for row in model.Session.scalars(own)}
    return [days[day] for day in sorted(days)]


def set_day(day: date, kind: str, name: str) -> CalendarDay:
    """Enter a day into the operator's table, in place of what stood there."""
    row = model.Session.get(CalendarDay, day) or CalendarDay(date=day)
    row.kind, row.name = kind, name
    model.Session.add(row)
    return row


def unset_day(day: date) -> bool:
    """Take a day out of the operator's table; False if it wasn't there."""
    row = model.Session.get(CalendarDay, day)
    if row is None:
        return False
    model.Session.delete(row)
    return True


def known(year: int) -> bool:
    """Tell whether the calendar of a year is known."""
    return clock.FIRST_YEAR <= year <= clock.LAST_YEAR
