"""Validators of what the actions on revisions take; passed as functions, not names."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_LONGEST_TEXT = 2000
_POINT_FIELDS = {"text", "resource_id", "field", "row", "column"}


def at_most(highest: int) -> Callable[[int], int]:
    """Return a validator that lowers a number to the highest allowed."""

    def lower(value: int) -> int:
        return min(value, highest)

    return lower


def listed(allowed: Collection[str]) -> Callable[[Any], list[str]]:
    """Return a validator of one allowed word, or of several (a list, or commas)."""

    def split(value: Any) -> list[str]:
        words = value.split(",") if isinstance(value, str) else list(value)
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
            moment = datetime.fromisoformat(str(value).strip().replace("Z", "+00:00"))
        except ValueError as error:
            raise tk.Invalid(tk._("Write a time as 2026-09-30T08:00:00Z")) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=clock.zone())
    return moment.astimezone(timezone.utc)


def points(value: Any) -> list[dict[str, Any]]:
    """Validate the points of a comment: sentences, or sentences with their place."""
    if not isinstance(value, list):
        raise tk.Invalid(tk._("Points are a list"))
    result = []
    for point in value:
        if isinstance(point, str):
            point = {"text": point}  # noqa: PLW2901 - the short way of writing one
        if not isinstance(point, dict) or not isinstance(point.get("text"), str):
            raise tk.Invalid(tk._("Each point has a text"))
        unknown = sorted(set(point) - _POINT_FIELDS)
        if unknown:
            raise tk.Invalid(
                tk._("Unknown value: {value}").format(value=", ".join(unknown))
            )
        result.append(point)
    return result


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
