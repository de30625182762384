"""Numbers, dates and periods as people of the page's language write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from babel import numbers

import ckan.plugins.toolkit as tk

from . import clock
from .language import current

QUARTERS = ("I", "II", "III", "IV")
_PERIOD = re.compile(
    r"(?P<year>\d{4})(-Q(?P<quarter>[1-4])|-H(?P<half>[12])|-(?P<month>\d{2}))?"
)
_UNITS = ("B", "kB", "MB", "GB")
_THOUSAND = 1000


def _moment(value: datetime | date | str) -> datetime | date:
    if isinstance(value, str):
        whole = datetime.fromisoformat(value)
        value = whole if "T" in value or " " in value else whole.date()
    if isinstance(value, datetime):
        # CKAN's own times are UTC without saying so.
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(clock.zone())
    return value


def sonla_number(value: float | str | None) -> str:
    """Return a number with the separators of the page's language."""
    if value is None:
        return ""
    return numbers.format_decimal(value, locale=current())


def sonla_date(value: datetime | date | str | None) -> str:
    """Return a day as day, month, year, in the province's time zone."""
    return f"{_moment(value):%d/%m/%Y}" if value else ""


def sonla_datetime(value: datetime | str | None) -> str:
    """Return an instant as hour and day, in the province's time zone."""
    if not value:
        return ""
    moment = _moment(value)
    return tk._("{time} on {date}").format(
        time=f"{moment:%H:%M}", date=f"{moment:%d/%m/%Y}"
    )


def sonla_period(value: str | None) -> str:
    """Return a data period (`2026`, `2026-Q3`, `2026-09`) in words."""
    found = _PERIOD.fullmatch(value or "")
    if not found:
        return value or ""
    year, quarter, month = found["year"], found["quarter"], found["month"]
    if quarter:
        return tk._("Quarter {quarter} of {year}").format(
            quarter=QUARTERS[int(quarter) - 1], year=year
        )
    if found["half"]:
        return tk._("Half {half} of {year}").format(
            half=QUARTERS[int(found["half"]) - 1], year=year
        )
    if month:
        return tk._("Month {month} of {year}").format(month=int(month), year=year)
    return tk._("Year {year}").format(year=year)


def sonla_quarter(quarter: str) -> str:
    """Return a quarter short enough for the head of a column, such as `IV/2026`."""
    found = _PERIOD.fullmatch(quarter)
    if not found or not found["quarter"]:
        return quarter
    return f"{QUARTERS[int(found['quarter']) - 1]}/{found['year']}"


def sonla_size(value: Any) -> str:
    """Return a file's size in bytes as a short text; empty when it is not known."""
    try:
        size = float(value)
    except (TypeError, ValueError):
        return ""
    unit = 0
    while size >= _THOUSAND and unit < len(_UNITS) - 1:
        size, unit = size / _THOUSAND, unit + 1
    return f"{sonla_number(round(size, 1 if unit else 0))} {_UNITS[unit]}"


def sonla_age(value: datetime | str | None) -> str:
    """Return how long ago an instant was, in whole days."""
    if not value:
        return ""
    moment = _moment(value)
    day = moment.date() if isinstance(moment, datetime) else moment
    days = (clock.today() - day).days
    if days <= 0:
        return tk._("today")
    return tk.ungettext("{number} day ago", "{number} days ago", days).format(
        number=days
    )


def sonla_cell(value: Any, *, grouped: bool = False, is_date: bool = False) -> str:
    """Return a value of a table as text; `grouped` numbers get thousands' marks."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return tk._("yes") if value else tk._("no")
    if isinstance(value, int | float):
        return numbers.format_decimal(
            value, locale=current(), group_separator=grouped, decimal_quantization=False
        )
    return sonla_date(value) if is_date else str(value)
