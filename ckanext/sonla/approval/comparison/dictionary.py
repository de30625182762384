"""The data dictionary compared: columns that came, went, or mean something else."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import language

# A column as the canonical content has it: `id`, `type`, `info`.
Field = dict[str, Any]
_INFO = ("label", "label_en", "notes", "notes_en", "unit")


def changes(
    before: list[Field] | None, after: list[Field] | None
) -> list[dict[str, Any]]:
    """Return the columns that differ: `column`, `title`, `change`, and `fields`.

    Where one side has no table there is nothing to compare.
    """
    if before is None or after is None:
        return []
    old = {field["id"]: field for field in before}
    new = {field["id"]: field for field in after}
    told = []
    for name in [*new, *(name for name in old if name not in new)]:
        was, is_ = old.get(name), new.get(name)
        change = "changed" if was and is_ else "added" if is_ else "removed"
        fields = _fields(_told(was), _told(is_))
        if fields:
            told.append(
                {
                    "column": name,
                    "title": title(is_ or was or {"id": name}),
                    "change": change,
                    "fields": fields,
                }
            )
    return told


def columns(before: list[Field] | None, after: list[Field] | None) -> list[Field]:
    """Return all columns of both sides: `column`, `title`, `type`, `unit`."""
    known = {field["id"]: field for field in [*(after or []), *(before or [])][::-1]}
    order = dict.fromkeys(field["id"] for field in [*(after or []), *(before or [])])
    return [
        {
            "column": name,
            "title": title(known[name]),
            "type": known[name].get("type"),
            "unit": (known[name].get("info") or {}).get("unit"),
        }
        for name in order
    ]


def title(field: Field) -> str:
    """Return a column's title in the reader's language; its name if it has none."""
    info = field.get("info") or {}
    english = language.current().startswith("en") and info.get("label_en")
    return english or info.get("label") or field["id"]


def _told(field: Field | None) -> dict[str, Any]:
    if field is None:
        return {}
    info = field.get("info") or {}
    return {"type": field.get("type"), **{name: info.get(name) for name in _INFO}}


def _fields(was: dict[str, Any], is_: dict[str, Any]) -> list[dict[str, Any]]:
    labels = {
        "type": tk._("Type"),
        "label": tk._("Title"),
        "label_en": tk._("Title in English"),
        "notes": tk._("Description"),
        "notes_en": tk._("Description in English"),
        "unit": tk._("Unit"),
    }
    return [
        {
            "field": name,
            "label": labels[name],
            "before": was.get(name),
            "after": is_.get(name),
            "before_text": _text(name, was.get(name)),
            "after_text": _text(name, is_.get(name)),
        }
        for name in labels
        if (was.get(name) or None) != (is_.get(name) or None)
    ]


# PostgreSQL's own names of what the DataStore knows by shorter ones.
_TYPES = {
    "integer": "int4",
    "bigint": "int8",
    "double precision": "float8",
    "boolean": "bool",
    "timestamp without time zone": "timestamp",
}


def _text(name: str, value: Any) -> str:
    if not value:
        return ""
    return tk.h.sonla_type_name(_TYPES.get(value, value)) if name == "type" else value
