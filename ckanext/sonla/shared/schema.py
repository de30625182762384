"""What the shared actions take."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk

from . import calendar, clock, preferences
from .msgid import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from ckan.types import Schema, Validator

DEADLINE_KINDS = (
    "feedback",
    "quarterly_update",
    "change_update",
    "period_update",
    "publish_by",
)
LIST_LIMIT = 1000


def _refusing(convert: Callable[[Any], Any], message: str) -> Validator:
    def validator(value: Any) -> Any:
        try:
            return convert(value)
        except (ValueError, TypeError, OverflowError) as error:
            raise tk.Invalid(tk._(message)) from error

    return validator


def read_date(value: Any) -> date:
    """Read an ISO date of the known calendar.

    Raises:
        ValueError: for anything else.
    """
    day = date.fromisoformat(value)
    if not calendar.known(day.year):
        raise ValueError(value)
    return day


def read_day_of(value: Any) -> date:
    """Read a date, or the province's date of an instant, from ISO 8601."""
    text = str(value)
    if "T" not in text and " " not in text:
        return read_date(text)
    moment = datetime.fromisoformat(text)
    return read_date(clock.local_date(moment).isoformat())


def _read_year(value: Any) -> int:
    year = int(value)
    if not clock.FIRST_YEAR <= year < clock.LAST_YEAR:
        raise ValueError(value)
    return year


iso_date = _refusing(read_date, N_("Write the date as YYYY-MM-DD"))
iso_day_of = _refusing(
    read_day_of, N_("Write a date as YYYY-MM-DD or an instant as ISO 8601")
)
calendar_year = _refusing(_read_year, N_("Write a year between 1901 and 2099"))
period = _refusing(
    clock.parse_period, N_("Write the data period as 2026, 2026-H1, 2026-Q3 or 2026-09")
)


def _natural(value: Any) -> int:
    number = int(value)
    if number < 0:
        raise ValueError(value)
    return min(number, 2**31)


# One validator, because CKAN goes on to the next one after a failure.
NOT_NATURAL = N_("Write a whole number, not below 0")
natural = _refusing(_natural, NOT_NATURAL)
limit_of_a_list = _refusing(lambda value: min(_natural(value), LIST_LIMIT), NOT_NATURAL)


def paging(limit: int = 100) -> Schema:
    """Return the `limit` (at most 1000) and `offset` that every list takes."""
    default: Any = tk.get_validator("default")
    return {
        "limit": [default(limit), limit_of_a_list],
        "offset": [default(0), natural],
    }


def decision(value: Any) -> str | dict[str, str]:
    """Read a decision: a text with its number, or `{number, date}`."""
    if isinstance(value, str) and value.strip():
        return value.strip()
    if isinstance(value, dict) and value.get("number"):
        return {str(key): str(part) for key, part in value.items()}
    raise tk.Invalid(tk._("Give the decision, with its number"))


def event_list() -> Schema:
    """What `sonla_event_list` takes."""
    optional: list[Any] = [
        tk.get_validator("ignore_missing"),
        tk.get_validator("unicode_safe"),
    ]
    return {
        "object_type": optional,
        "object_id": optional,
        "name": optional,
        "agency": optional,
        **paging(),
    }


def deadline_explain() -> Schema:
    """What `sonla_deadline_explain` takes."""
    one_of: Any = tk.get_validator("one_of")
    missing = tk.get_validator("ignore_missing")
    required = tk.get_validator("not_empty")
    quarter = [missing, tk.get_validator("int_validator"), one_of([1, 2, 3, 4])]
    return {
        "kind": [required, one_of(list(DEADLINE_KINDS))],
        "start": [missing, iso_day_of],
        "year": [missing, calendar_year],
        "quarter": quarter,
        "data_period": [missing, tk.get_validator("unicode_safe"), period],
        "entry": [missing, tk.get_validator("unicode_safe")],
    }


def calendar_list() -> Schema:
    """What `sonla_calendar_list` takes."""
    return {"year": [tk.get_validator("not_empty"), calendar_year], **paging(1000)}


def calendar_set() -> Schema:
    """What `sonla_calendar_set` takes."""
    one_of: Any = tk.get_validator("one_of")
    required = tk.get_validator("not_empty")
    default: Any = tk.get_validator("default")
    return {
        "date": [required, iso_date],
        "kind": [required, one_of(list(calendar.KINDS))],
        "name": [default(""), tk.get_validator("unicode_safe")],
    }


def calendar_unset() -> Schema:
    """What `sonla_calendar_unset` takes."""
    return {"date": [tk.get_validator("not_empty"), iso_date]}


def notice_preference_show() -> Schema:
    """What `sonla_notice_preference_show` takes."""
    return {}


def notice_preference_update() -> Schema:
    """What `sonla_notice_preference_update` takes."""
    one_of: Any = tk.get_validator("one_of")
    missing = tk.get_validator("ignore_empty")
    return {
        "rhythm": [tk.get_validator("not_empty"), one_of(list(preferences.RHYTHMS))],
        "language": [missing, one_of(preferences.languages())],
    }


def outbox_show() -> Schema:
    """What `sonla_outbox_show` takes."""
    return paging()


def outbox_resend() -> Schema:
    """What `sonla_outbox_resend` takes."""
    return {"key": [tk.get_validator("not_empty"), tk.get_validator("unicode_safe")]}
