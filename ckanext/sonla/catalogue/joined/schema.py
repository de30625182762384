"""What the actions on shared entries take."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.catalogue.schema import entry_show
from ckanext.sonla.shared import schema as shared

if TYPE_CHECKING:
    from ckan.types import Schema


def _json_object(value: Any) -> dict[str, Any]:
    """Read an object, or its JSON, as an address has it."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = None
    if not isinstance(value, dict):
        raise tk.Invalid(tk._("Write the filters as a JSON object."))
    return value


def entry_delivery_list() -> Schema:
    """What `sonla_entry_delivery_list` takes."""
    return {"code": entry_show()["code"], **shared.paging()}


def entry_table_show() -> Schema:
    """What `sonla_entry_table_show` takes."""
    ignore = tk.get_validator("ignore_missing")
    text = tk.get_validator("unicode_safe")
    return {
        "code": entry_show()["code"],
        "table": [ignore, text],
        "filters": [ignore, _json_object],
        "sort": [ignore, text],
        **shared.paging(),
    }
