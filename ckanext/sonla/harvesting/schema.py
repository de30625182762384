"""What the actions of harvesting take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.msgid import N_

from .trying import MOST_ROWS

if TYPE_CHECKING:
    from ckan.types import Schema

_ROWS = N_("Write a number of rows between 1 and {most}")


def few_rows(value: Any) -> int:
    """Read how many rows to preview."""
    try:
        count = int(value)
    except (ValueError, TypeError, OverflowError):
        count = 0
    if not 1 <= count <= MOST_ROWS or isinstance(value, (bool, float)):
        raise tk.Invalid(tk._(_ROWS).format(most=MOST_ROWS))
    return count


def harvest_test() -> Schema:
    """Return what `sonla_harvest_test` takes."""
    not_empty: Any = tk.get_validator("not_empty")
    text: Any = tk.get_validator("unicode_safe")
    return {"source_id": [not_empty, text]}


def harvest_preview() -> Schema:
    """Return what `sonla_harvest_preview` takes."""
    default: Any = tk.get_validator("default")
    return {**harvest_test(), "rows": [default(MOST_ROWS), few_rows]}


def harvest_approve() -> Schema:
    """Return what `sonla_harvest_approve` takes."""
    not_empty: Any = tk.get_validator("not_empty")
    ignore_missing: Any = tk.get_validator("ignore_missing")
    text: Any = tk.get_validator("unicode_safe")
    return {
        **harvest_test(),
        "digest": [not_empty, text],
        "comment": [ignore_missing, text],
    }


def harvest_revoke() -> Schema:
    """Return what `sonla_harvest_revoke` takes."""
    ignore_missing: Any = tk.get_validator("ignore_missing")
    text: Any = tk.get_validator("unicode_safe")
    return {**harvest_test(), "reason": [ignore_missing, text]}


def an_upload(value: Any) -> Any:
    """Let only a file through that was uploaded."""
    if not hasattr(value, "stream") or not getattr(value, "filename", None):
        raise tk.Invalid(tk._("Upload a file."))
    return value


def quarantine_retry() -> Schema:
    """Return what `sonla_quarantine_retry` takes."""
    not_missing: Any = tk.get_validator("not_missing")
    return {**harvest_test(), "upload": [not_missing, an_upload]}
