"""What the actions of the obligations take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.msgid import N_
from ckanext.sonla.shared.schema import LIST_LIMIT, iso_date, paging, period

from .model import KINDS
from .statuses import STATUSES

if TYPE_CHECKING:
    from ckan.types import Schema

_NOT_A_QUARTER = N_("Write the quarter as 2026-Q4")
_NOT_A_STATUS = N_("Unknown status: {status}")


def period_text(value: Any) -> str:
    """Read a data period, and keep it as it is written."""
    validate: Any = period
    validate(value)
    return str(value)


def quarter(value: Any) -> clock.Period:
    """Read a quarter, such as `2026-Q4`."""
    try:
        found = clock.parse_period(str(value))
    except ValueError:
        found = None
    if found is None or found.kind != "quarter":
        raise tk.Invalid(tk._(_NOT_A_QUARTER))
    return found


def some_statuses(value: Any) -> list[str]:
    """Read one status or several, as a list or with commas between them."""
    asked = value if isinstance(value, list) else str(value).split(",")
    statuses = [str(one).strip() for one in asked if str(one).strip()]
    for one in statuses:
        if one not in STATUSES:
            raise tk.Invalid(tk._(_NOT_A_STATUS).format(status=one[:50]))
    return statuses


def obligation_list() -> Schema:
    """What `sonla_obligation_list` takes."""
    one_of: Any = tk.get_validator("one_of")
    missing = tk.get_validator("ignore_empty")
    text = tk.get_validator("unicode_safe")
    return {
        "period": [missing, text, period_text],
        "agency": [missing, text],
        "domain": [missing, text],
        "entry": [missing, text],
        "dataset_id": [missing, text],
        "kind": [missing, one_of(list(KINDS))],
        "status": [missing, some_statuses],
        "due_quarter": [missing, quarter],
        "due_from": [missing, iso_date],
        "due_until": [missing, iso_date],
        **paging(),
    }


def obligation_excuse() -> Schema:
    """What excusing, and taking an excuse back, take."""
    required = tk.get_validator("not_empty")
    text = tk.get_validator("unicode_safe")
    return {"id": [required, text], "reason": [required, text]}


def change_declare() -> Schema:
    """What `sonla_change_declare` takes."""
    required = tk.get_validator("not_empty")
    return {
        "dataset_id": [required, tk.get_validator("unicode_safe")],
        "date": [required, iso_date],
    }


def _some_ids(value: Any) -> list[str]:
    ids = value if isinstance(value, list) else [value]
    if len(ids) > LIST_LIMIT or not all(isinstance(one, str) for one in ids):
        raise tk.Invalid(
            tk._("Name at most {most} by their ids").format(most=LIST_LIMIT)
        )
    return ids


def obligation_remind() -> Schema:
    """What `sonla_obligation_remind` takes."""
    return {"ids": [tk.get_validator("not_empty"), _some_ids]}
