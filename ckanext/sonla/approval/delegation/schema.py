"""What the actions on delegations take."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckanext.sonla.approval import validators
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.schema import decision, paging, read_date

if TYPE_CHECKING:
    from ckan.types import Schema, Validator

_FIELDS = {"name", "email", "fullname"}


def delegate(value: Any) -> dict[str, str]:
    """Read a delegate: an account's name, or the fields of a new one."""
    given = {"name": value} if isinstance(value, str) else value
    if (
        not isinstance(given, dict)
        or not given.get("name")
        or not set(given) <= _FIELDS
        or not all(isinstance(part, str) for part in given.values())
    ):
        raise tk.Invalid(tk._("Give an account's name, or name, email and fullname"))
    return {field: part.strip() for field, part in given.items() if part.strip()}


def first_instant(value: Any) -> datetime:
    """Read an instant, or a date as the instant at which it begins."""
    day = _day(value)
    if day is None:
        return validators.instant(value)
    return datetime.combine(day, time(), tzinfo=clock.zone())


def last_instant(value: Any) -> datetime:
    """Read an instant, or a date as the instant at which it ends."""
    day = _day(value)
    return validators.instant(value) if day is None else clock.end_of(day)


def _day(value: Any) -> date | None:
    try:
        return read_date(value) if isinstance(value, str) else None
    except ValueError:
        return None


@validator_args
def delegation_create(
    not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator
) -> Schema:
    return {
        "agency": [ignore_empty, unicode_safe],
        "delegate": [not_empty, delegate],
        "from": [ignore_empty, first_instant],
        "until": [not_empty, last_instant],
        "decision": [not_empty, decision],
    }


@validator_args
def delegation_list(ignore_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"agency": [ignore_empty, unicode_safe], **paging()}


@validator_args
def delegation_id(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe]}
