"""What the actions that read feedback take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.feedback.vocabulary import ANSWERED, KINDS, OPEN, STATES
from ckanext.sonla.shared.msgid import N_
from ckanext.sonla.shared.schema import calendar_year, paging

if TYPE_CHECKING:
    from ckan.types import Schema

ORDERS = ("newest", "due", "supported")
# Several states in one word.
TOGETHER = {"open": OPEN, "closed": ANSWERED}
# Further back, filters and the file of all of it are the quicker way.
MOST_OFFSET = 10_000
_LONGEST = 200
_TOO_FAR = N_("Lists go {most} lines deep: filter by year, agency or kind instead")
_NOT_A_STATE = N_("Unknown state: {state}")
_TEXT = N_("Write a text of at most {most} characters")


def some_states(value: Any) -> list[str]:
    """Read one state or several, as a list or with commas between them."""
    asked = value if isinstance(value, list) else str(value).split(",")
    found: list[str] = []
    for one in (str(part).strip() for part in asked):
        if one in TOGETHER:
            found += TOGETHER[one]
        elif one in STATES:
            found.append(one)
        elif one:
            raise tk.Invalid(tk._(_NOT_A_STATE).format(state=one[:50]))
    return list(dict.fromkeys(found))


def short_text(value: Any) -> str:
    """Read a short text."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise tk.Invalid(tk._(_TEXT).format(most=_LONGEST))
    return value.strip()


def _not_too_far(value: int) -> int:
    if isinstance(value, int) and value > MOST_OFFSET:
        raise tk.Invalid(tk._(_TOO_FAR).format(most=MOST_OFFSET))
    return value


def feedback_list() -> Schema:
    """What `sonla_feedback_list` takes."""
    one_of: Any = tk.get_validator("one_of")
    missing = tk.get_validator("ignore_empty")
    page: dict[str, Any] = {**paging()}
    page["offset"] = [*page["offset"], _not_too_far]
    return {
        "kind": [missing, one_of(list(KINDS))],
        "state": [missing, some_states],
        "dataset_id": [missing, short_text],
        "entry": [missing, short_text],
        "agency": [missing, short_text],
        "year": [missing, calendar_year],
        "q": [missing, short_text],
        # `ignore_empty` would take "no" for nothing.
        "late": [
            tk.get_validator("ignore_missing"),
            tk.get_validator("boolean_validator"),
        ],
        "order": [missing, one_of(list(ORDERS))],
        **page,
    }


def feedback_show() -> Schema:
    """What `sonla_feedback_show` takes."""
    return {"code": [tk.get_validator("not_empty"), short_text]}
