"""A line of the catalogue as a form: what its inputs hold, and reading them back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model

from . import vocabulary
from .directory import Directory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


# The inputs of `snippets/entry_inputs.html`, in their order.
TEXTS = (
    "title",
    "description",
    "domain",
    "update_cycle",
    "content_kind",
    "priority",
    "publish_by",
    "source",
    "note",
)
LISTS = ("formats",)
# What only the operator says of a line.
AGENCIES = ("lead_agency", "providers", "coordinating_agencies")


def read_inputs(form: Mapping[str, str], prefix: str = "") -> dict[str, Any]:
    """Return the fields that a form gave, as the actions take them."""
    fields: dict[str, Any] = {}
    for name in TEXTS:
        value = form.get(prefix + name)
        if value is not None:
            fields[name] = value.replace("\r\n", "\n").strip()
    if fields.get("publish_by") == "":
        fields["publish_by"] = None
    for name in LISTS:
        value = form.get(prefix + name)
        if value is not None:
            fields[name] = split(value)
    return fields


def read_agencies(form: Mapping[str, str]) -> dict[str, Any]:
    """Return who leads, provides and coordinates, as the operator wrote it."""
    lead = form.get("lead_agency", "")
    kind = form.get("provider_kind", "one")
    if kind == "class":
        providers: Any = {"kind": "class", "class": form.get("provider_class", "")}
    elif kind == "list":
        providers = {
            "kind": "list",
            "agencies": _agencies_in(form.get("providers", "")),
        }
    else:
        providers = {"kind": "one", "agencies": [lead]}
    return {
        "lead_agency": lead,
        "providers": providers,
        "coordinating_agencies": _agencies_in(form.get("coordinating_agencies", "")),
    }


def split(text: str) -> list[str]:
    """Return the parts of a text that commas, semicolons or lines divide."""
    parts = text.replace("\r", "").replace("\n", ";").replace(",", ";").split(";")
    return [one.strip() for one in parts if one.strip()]


def _agencies_in(text: str) -> list[str]:
    """Return the agencies that a text names; a title may have commas of its own."""
    parts = [one.strip() for one in re.split(r"[;\r\n]", text)]
    directory = Directory.read() if "," in text else None
    return [
        name
        for one in parts
        if one
        for name in (
            split(one) if directory and directory.agency_id(one) is None else [one]
        )
    ]


def differing(fields: dict[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields whose value differs from an entry's."""
    return {
        name: value
        for name, value in fields.items()
        if _plain(value) != _plain(entry.get(name))
    }


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [vocabulary.canonical_format(one) for one in value]
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def choices() -> dict[str, list[tuple[str, str]]]:
    """Return the options of the selects: pairs of value and text."""
    closed = {
        name: [(str(one), vocabulary.label(name, one)) for one in values]
        for name, values in (
            ("update_cycle", vocabulary.UPDATE_CYCLES),
            ("content_kind", vocabulary.CONTENT_KINDS),
            ("priority", vocabulary.PRIORITIES),
            ("provider_kind", vocabulary.PROVIDER_KINDS),
            ("agency_kind", vocabulary.AGENCY_KINDS),
        )
    }
    return {
        **closed,
        "domain": _groups(organizations=False),
        "agency": _groups(organizations=True),
    }


def _groups(*, organizations: bool) -> list[tuple[str, str]]:
    rows = model.Session.execute(
        sa.select(model.Group.name, model.Group.title)
        .where(
            model.Group.state == "active",
            model.Group.is_organization.is_(organizations),
        )
        .order_by(model.Group.title)
    )
    return [(name, title or name) for name, title in rows]


def field_title(name: str) -> str:
    """Return what a field of an entry is called."""
    names = {
        "title": tk._("Name"),
        "title_en": tk._("English name"),
        "description": tk._("Description"),
        "lead_agency": tk._("Agency in charge"),
        "providers": tk._("Provider"),
        "domain": tk._("Domain"),
        "content_kind": tk._("Kind of content"),
        "tables": tk._("Table Schema"),
        "update_cycle": tk._("Update cycle"),
        "formats": tk._("Formats"),
        "sharing": tk._("Way of sharing"),
        "priority": tk._("Priority"),
        "publish_by": tk._("To be published by"),
        "coordinating_agencies": tk._("Coordinating agencies"),
        "source": tk._("Source"),
        "note": tk._("Note"),
        "licence": tk._("Licence"),
    }
    return names.get(name, name)


def value_text(name: str, value: Any, directory: Directory) -> str:
    """Return a field's value as a text for people."""
    if value in (None, "", [], {}):
        return tk._("(nothing)")
    if name in _IN_WORDS:
        return _IN_WORDS[name](value, directory)
    if name in vocabulary.LISTS:
        return vocabulary.label(name, int(value) if name == "priority" else value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _providers(value: dict[str, Any], directory: Directory) -> str:
    if value.get("class"):
        return vocabulary.label("agency_kind", value["class"])
    return agency_titles(value.get("agencies") or [], directory)


def agency_titles(value: Any, directory: Directory) -> str:
    """Return agencies, by name, as people call them."""
    names = value if isinstance(value, list) else [value]
    return "; ".join(_agency(str(one), directory) for one in names)


def _domain(value: Any, directory: Directory) -> str:
    found = directory.domain_id(str(value))
    return directory.domain_title(found) if found else str(value)


def _sharing(value: list[str], _directory: Directory) -> str:
    return ", ".join(vocabulary.label("sharing", one) for one in value)


def _tables(value: list[dict[str, Any]], _directory: Directory) -> str:
    return "; ".join(f"{one['title']} ({_columns(one)})" for one in value)


# Fields whose value isn't what people read.
_IN_WORDS: dict[str, Callable[[Any, Directory], str]] = {
    "providers": _providers,
    "lead_agency": agency_titles,
    "coordinating_agencies": agency_titles,
    "domain": _domain,
    "sharing": _sharing,
    "tables": _tables,
    "publish_by": lambda value, _directory: tk.h.sonla_date(value),
}


def _agency(name: str, directory: Directory) -> str:
    found = directory.agency_id(name)
    return directory.agency_title(found) if found else name


def rules_differ(
    before: list[dict[str, Any]] | None, after: list[dict[str, Any]] | None
) -> str:
    """Return in words which columns of tables have other rules; empty for none."""
    known = {
        (table["name"], field["name"]): field
        for table in before or []
        for field in table.get("schema", {}).get("fields", [])
    }
    changed = [
        field.get("title") or field["name"]
        for table in after or []
        for field in table.get("schema", {}).get("fields", [])
        if known.get((table["name"], field["name"]), field) != field
    ]
    if not changed:
        return ""
    return tk._("other rules for: {columns}").format(columns=", ".join(changed))


def _columns(table: dict[str, Any]) -> str:
    fields = table.get("schema", {}).get("fields", [])
    return ", ".join(one.get("title") or one["name"] for one in fields)
