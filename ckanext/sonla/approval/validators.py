"""Validators of what the actions on revisions take; passed as functions, not names."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_LONGEST_TEXT = 2000
_MOST_POINTS = 100
_MOST_REVISIONS = 100
_POINT_FIELDS = {"text", "resource_id", "table", "field", "row", "column"}


def listed(allowed: Collection[str]) -> Callable[[Any], list[str]]:
    """Return a validator of one allowed word, or of several (a list, or commas)."""

    def split(value: Any) -> list[str]:
        words = value if isinstance(value, list) else str(value).split(",")
        unknown = sorted(str(word) for word in words if word not in allowed)
        if unknown:
            raise tk.Invalid(
                tk._("Unknown value: {value}").format(value=", ".join(unknown))
            )
        return words

    return split


def period(value: Any) -> str:
    """Validate a data period such as `2026`, `2026-Q3` or `2026-09`."""
    try:
        return str(clock.parse_period(str(value).strip()))
    except ValueError as error:
        raise tk.Invalid(
            tk._("Write a period as 2026, 2026-H1, 2026-Q3 or 2026-09")
        ) from error


def instant(value: Any) -> datetime:
    """Validate an instant in ISO 8601; without a zone it is the province's time."""
    if isinstance(value, datetime):
        moment = value
    else:
        try:
            moment = datetime.fromisoformat(str(value).strip())
        except ValueError as error:
            raise tk.Invalid(tk._("Write a time as 2026-09-30T08:00:00Z")) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=clock.zone())
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise tk.Invalid(tk._("Write a time as 2026-09-30T08:00:00Z")) from error


def instant_to_come(value: Any) -> datetime:
    """Validate an instant that is still to come."""
    moment = instant(value)
    if moment <= clock.now():
        raise tk.Invalid(tk._("The time of publication must be still to come"))
    return moment


def points(value: Any) -> list[dict[str, Any]]:
    """Validate the points of a comment: sentences, or sentences with their place."""
    if not isinstance(value, list) or len(value) > _MOST_POINTS:
        raise tk.Invalid(
            tk._("Points are a list of at most {limit}").format(limit=_MOST_POINTS)
        )
    return [_point({"text": one} if isinstance(one, str) else one) for one in value]


def _point(point: Any) -> dict[str, Any]:
    if not isinstance(point, dict) or not _is_text(point.get("text")):
        raise tk.Invalid(tk._("Each point has a text"))
    unknown = sorted(str(name) for name in set(point) - _POINT_FIELDS)
    if unknown:
        raise tk.Invalid(
            tk._("Unknown value: {value}").format(value=", ".join(unknown))
        )
    result = {name: part for name, part in point.items() if part not in (None, "")}
    for name, part in result.items():
        if name == "row":
            result[name] = _row(part)
        elif not _is_text(part):
            raise tk.Invalid(tk._("Unknown value: {value}").format(value=part))
    return result


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= _LONGEST_TEXT


def _row(value: Any) -> int:
    try:
        row = int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise tk.Invalid(tk._("Rows are counted from 1")) from error
    if not 0 < row < 2**31:
        raise tk.Invalid(tk._("Rows are counted from 1"))
    return row


def revisions(value: Any) -> list[dict[str, str]]:
    """Validate revisions with the digest of each."""
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_REVISIONS:
        raise tk.Invalid(
            tk._("Name 1 to {limit} revisions").format(limit=_MOST_REVISIONS)
        )
    for one in value:
        named = isinstance(one, dict) and all(
            isinstance(one.get(part), str) for part in ("id", "digest")
        )
        if not named:
            raise tk.Invalid(tk._("Each revision has an id and a digest"))
    return [{"id": one["id"], "digest": one["digest"]} for one in value]


def reasons(value: Any) -> dict[str, str]:
    """Validate the reasons for what the checks found, by the finding's key."""
    if not isinstance(value, dict):
        raise tk.Invalid(tk._("Reasons are texts by the key of the finding"))
    told = {}
    for key, text in value.items():
        if not isinstance(text, str) or len(text) > _LONGEST_TEXT:
            raise tk.Invalid(
                tk._("A reason is a text of at most {limit} characters").format(
                    limit=_LONGEST_TEXT
                )
            )
        if text.strip():
            told[str(key)] = text.strip()
    return told


def from_json(value: Any) -> Any:
    """Return what a JSON text says; anything but a text as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise tk.Invalid(tk._("Not valid JSON")) from error
