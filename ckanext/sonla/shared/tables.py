"""The first rows of a DataStore table, with its data dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk

from . import language
from .asking import sonla_ask

if TYPE_CHECKING:
    from collections.abc import Iterable

PREVIEW_ROWS = 8
MOST_DIGITS = 10
# Below it a column of numbers may be years or codes, which take no thousands' marks.
AMOUNT = 10_000


def sonla_preview(
    resource: dict[str, Any], offset: int = 0, limit: int = PREVIEW_ROWS
) -> dict[str, Any] | None:
    """Return the first rows of a resource's table with its data dictionary.

    Returns `fields` (`id`, `type`, `title`, `notes`, `unit`), `rows` (lists of
    values in that order), `row_ids`, `total` and `offset`; None when there is no table.
    """
    if not resource.get("datastore_active"):
        return None
    found = sonla_ask(
        "datastore_search",
        resource_id=resource["id"],
        limit=limit,
        offset=offset,
        sort="_id",
    )
    if not found:
        return None
    fields = [_field(field) for field in found["fields"] if field["id"] != "_id"]
    rows = [[row.get(field["id"]) for field in fields] for row in found["records"]]
    for place, field in enumerate(fields):
        field["grouped"] = _amounts(row[place] for row in rows)
    total = found.get("total", len(rows))
    return {
        "fields": fields,
        "rows": rows,
        "row_ids": [row.get("_id") for row in found["records"]],
        "total": total,
        "offset": offset,
    }


def sonla_offset() -> int:
    """Return the row that the page's address asks to begin with; 0 for nonsense."""
    asked = tk.request.args.get("offset", "")
    return int(asked) if asked.isdecimal() and len(asked) < MOST_DIGITS else 0


def _amounts(values: Iterable[Any]) -> bool:
    return any(isinstance(v, int | float) and abs(v) >= AMOUNT for v in values)


def _field(field: dict[str, Any]) -> dict[str, Any]:
    info = field.get("info") or {}
    english = language.current().startswith("en")
    label = (english and info.get("label_en")) or info.get("label") or field["id"]
    return {
        "id": field["id"],
        "type": field["type"],
        "title": label,
        "notes": info.get("notes") or "",
        "unit": info.get("unit") or "",
        "date": field["type"] == "date",
        "numeric": field["type"] in ("numeric", "int4", "int8", "float8", "integer"),
    }


def sonla_type_name(name: str) -> str:
    """Return a column's type in words, by its name in CKAN or another system."""
    names = {
        "bigint": tk._("whole number"),
        "integer": tk._("whole number"),
        "double precision": tk._("number"),
        "boolean": tk._("yes or no"),
        "timestamp without time zone": tk._("date and time"),
        "text": tk._("text"),
        # A Table Schema's own names.
        "string": tk._("text"),
        "number": tk._("number"),
        "datetime": tk._("date and time"),
        "int4": tk._("whole number"),
        "int8": tk._("whole number"),
        "numeric": tk._("number"),
        "float8": tk._("number"),
        "bool": tk._("yes or no"),
        "date": tk._("date"),
        "timestamp": tk._("date and time"),
    }
    return names.get(name, name)
