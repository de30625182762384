"""Now, today and the periods that data speaks of, in the province's time zone."""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, overload
from zoneinfo import ZoneInfo

from . import policy

if TYPE_CHECKING:
    from collections.abc import Iterator

# The `holidays` package knows Việt Nam's lunar calendar in these years.
FIRST_YEAR, LAST_YEAR = 1901, 2100

_MOVED: ContextVar[timedelta] = ContextVar("moved", default=timedelta())
_PERIOD = re.compile(r"(\d{4})(?:-(?:Q([1-4])|H([12])|(0[1-9]|1[0-2])))?")
_MONTHS_OF = {"year": 12, "half": 6, "quarter": 3, "month": 1}


def zone() -> ZoneInfo:
    """Return the zone whose midnight ends a day."""
    return ZoneInfo(policy.text("timezone"))


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC) + _MOVED.get()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be another time meanwhile, from which time goes on.

    The demonstration tells its history by it. Only what asks `now()` hears of it: not
    CKAN's own columns, no other process, and not the database.

    Args:
        moment: aware, and not later than the machine's time.

    Raises:
        ValueError: it would be in the future.
    """
    before = datetime.now(UTC)
    if moment > before:
        raise ValueError(f"{moment} has not come yet")
    token = _MOVED.set(moment - before)
    try:
        yield
    finally:
        _MOVED.reset(token)


def today() -> date:
    """Return today's date in the province."""
    return local_date(now())


def local_date(moment: datetime) -> date:
    """Return the province's date of an instant; a naive one is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(zone()).date()


def end_of(day: date) -> datetime:
    """Return the instant at which a day ends: 24:00 (Civil Code, article 148.6)."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone())
    return midnight.astimezone(UTC)


@overload
def iso_z(moment: datetime) -> str: ...


@overload
def iso_z(moment: datetime | None) -> str | None: ...


def iso_z(moment: datetime | None) -> str | None:
    """Return an instant as UTC ISO 8601 ending in `Z`, None as None.

    A naive one is taken as UTC.
    """
    if moment is None:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat() + "Z"


@dataclass(frozen=True, order=True)
class Period:
    """A stretch of time that data speaks of: a year, half, quarter or month.

    Args:
        first: its first day; periods sort by it.
        kind: `year`, `half`, `quarter` or `month`.
    """

    first: date
    kind: str

    @property
    def after(self) -> date:
        """The first day after the period."""
        months = self.first.month - 1 + _MONTHS_OF[self.kind]
        return date(self.first.year + months // 12, months % 12 + 1, 1)

    @property
    def last(self) -> date:
        """The period's last day."""
        return self.after - timedelta(days=1)

    def next(self) -> Period:
        """Return the period that follows, of the same kind."""
        return Period(self.after, self.kind)

    def previous(self) -> Period:
        """Return the period before, of the same kind."""
        return period_of(self.first - timedelta(days=1), self.kind)

    def __str__(self) -> str:
        part = (self.first.month - 1) // _MONTHS_OF[self.kind] + 1
        suffix = {"year": "", "half": "-H{}", "quarter": "-Q{}", "month": "-{:02}"}
        return f"{self.first.year:04}" + suffix[self.kind].format(part)


def period_of(day: date, kind: str) -> Period:
    """Return the period of a kind that a day lies in."""
    length = _MONTHS_OF[kind]
    return Period(date(day.year, (day.month - 1) // length * length + 1, 1), kind)


def parse_period(text: str) -> Period:
    """Read `2026`, `2026-H1`, `2026-Q3` or `2026-09`.

    Raises:
        ValueError: for anything else, and for years outside the known calendar.
    """
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, quarter, half, month = match.groups()
    if not FIRST_YEAR <= int(year) < LAST_YEAR:
        raise ValueError(text)
    if quarter:
        return Period(date(int(year), int(quarter) * 3 - 2, 1), "quarter")
    if half:
        return Period(date(int(year), int(half) * 6 - 5, 1), "half")
    if month:
        return Period(date(int(year), int(month), 1), "month")
    return Period(date(int(year), 1, 1), "year")


def periods(first: Period, until: date) -> Iterator[Period]:
    """Yield a period and those after it that begin no later than a day."""
    while first.first <= until:
        yield first
        first = first.next()
