"""Solr's dates: ISO 8601 in UTC, `NOW`, and arithmetic such as `NOW/DAY-1MONTH`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dateutil.parser import isoparse
from dateutil.relativedelta import relativedelta

from .errors import QuerySyntaxError

_START = re.compile(
    r"NOW|[+-]?\d{4,}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z", re.IGNORECASE
)
_STEP = re.compile(r"(/|[+-]\d+)([A-Z]+)")
_UNITS = {
    "YEAR": "years", "MONTH": "months", "DAY": "days", "DATE": "days",
    "HOUR": "hours", "MINUTE": "minutes", "SECOND": "seconds",
    "MILLI": "milliseconds", "MILLISECOND": "milliseconds",
}  # fmt: skip
_SMALLER = {
    "years": {"month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0},
    "months": {"day": 1, "hour": 0, "minute": 0, "second": 0},
    "days": {"hour": 0, "minute": 0, "second": 0},
    "hours": {"minute": 0, "second": 0},
    "minutes": {"second": 0},
    "seconds": {},
}


def _unit(name: str) -> str:
    unit = _UNITS.get(name) or _UNITS.get(name.removesuffix("S"))
    if unit is None:
        raise QuerySyntaxError(f"Invalid Date Math String: unknown unit {name!r}")
    return unit


def _round(moment: datetime, unit: str) -> datetime:
    if unit == "milliseconds":
        return moment
    return moment.replace(microsecond=0, **_SMALLER[unit])


def _move(moment: datetime, count: int, unit: str) -> datetime:
    if unit == "milliseconds":
        return moment + timedelta(milliseconds=count)
    return moment + relativedelta(**{unit: count})  # pyright: ignore[reportArgumentType] - a unit is one of its names


def moment(text: str, now: datetime | None = None) -> datetime:
    """Read a date or date arithmetic as a naive datetime in UTC.

    Raises:
        SolrError: it is neither, or falls outside the years 1 to 9999.
    """
    start = _START.match(text)
    if start is None:
        raise QuerySyntaxError(f"Invalid Date String:'{text}'")
    try:
        if start.group().upper() == "NOW":
            value = now or datetime.now(UTC).replace(tzinfo=None)
        else:
            value = isoparse(start.group()).replace(tzinfo=None)
        at = start.end()
        while at < len(text):
            step = _STEP.match(text, at)
            if step is None:
                raise QuerySyntaxError(f"Invalid Date Math String:'{text}'")
            sign, unit = step.group(1), _unit(step.group(2))
            value = (
                _round(value, unit) if sign == "/" else _move(value, int(sign), unit)
            )
            at = step.end()
    except (ValueError, OverflowError) as error:
        raise QuerySyntaxError(f"Invalid Date String:'{text}'") from error
    return value


def written(text: str) -> datetime:
    """Read the date of a document; CKAN writes ISO 8601, harvesters less strictly."""
    try:
        value = isoparse(text)
    except ValueError as error:
        raise QuerySyntaxError(f"Invalid Date String:'{text}'") from error
    if value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    return value


def iso(value: datetime) -> str:
    """Write a date as Solr answers it, to the millisecond: `2026-11-23T07:42:00.5Z`."""
    text = value.strftime("%Y").zfill(4) + value.strftime("-%m-%dT%H:%M:%S")
    millis = f"{value.microsecond // 1000:03d}".rstrip("0")
    return f"{text}.{millis}Z" if millis else f"{text}Z"
