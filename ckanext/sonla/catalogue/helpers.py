"""What the catalogue's templates ask."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import language, roles
from ckanext.sonla.shared.msgid import N_

from . import callers, forms, permissions, register, vocabulary
from .annex.columns import HEADERS
from .answers import entry_query
from .demand import sources
from .directory import Directory
from .model import Entry
from .rounds import mails, running

_RULES = {
    "required": N_("required"),
    "unique": N_("no two rows alike"),
    "minLength": N_("at least {value} characters"),
    "maxLength": N_("at most {value} characters"),
    "minimum": N_("at least {value}"),
    "maximum": N_("at most {value}"),
    "pattern": N_("looks like {value}"),
    "enum": N_("one of: {value}"),
}


def sonla_catalogue_label(name: str, value: Any) -> str:
    """Return what a value of one of the catalogue's lists is called."""
    return vocabulary.label(name, value)


def sonla_annex_header(field: str) -> str:
    """Return the annex's header for a field of the entry."""
    return HEADERS.get(field, field)


def sonla_entry_options(chosen: str = "") -> list[dict[str, str]]:
    """Return the entries that the reader's agency provides, as options of a select.

    The technical account, which belongs to no agency, gets all. The one chosen
    already is among them, also when it is no longer in force.
    """
    held = roles.appointment_of(tk.current_user.name)
    edition = register.edition_in_force()
    options = [{"value": "", "text": tk._("Choose an entry of the catalogue")}]
    if edition is not None:
        query = entry_query(edition.id, {"agency": held.agency_id} if held else {})
        query = query.where(Entry.retired.is_(False)).order_by(Entry.position)
        options += [_option(one) for one in model.Session.scalars(query)]
    if chosen and chosen not in {one["value"] for one in options}:
        entry = register.find_entry(chosen)
        options += [_option(entry)] if entry else []
    return options


def _option(entry: Entry) -> dict[str, str]:
    return {"value": entry.code, "text": f"{entry.code} · {entry.title}"}


def sonla_table_options(package: str | None) -> list[dict[str, str]]:
    """Return the tables of a dataset's entry as options, a blank one first."""
    found = model.Package.get(package) if package else None
    code = found.extras.get("catalogue_entry") if found else None
    entry = register.find_entry(code) if code else None
    if entry is None or not entry.tables:
        return []
    blank = {"value": "", "text": tk._("None, or by itself")}
    return [
        blank,
        *({"value": one["name"], "text": one["title"]} for one in entry.tables),
    ]


def sonla_edition_in_force() -> dict[str, Any] | None:
    """Return the edition in force, for headings."""
    edition = register.edition_in_force()
    if edition is None:
        return None
    return tk.get_action("sonla_edition_show")({}, {"id": edition.id})


def sonla_domains_with_entries() -> list[dict[str, Any]]:
    """Return the domains of the edition in force, with the number of entries."""
    edition = register.edition_in_force()
    if edition is None:
        return []
    group = model.Group
    rows = model.Session.execute(
        sa.select(group.name, group.title, sa.func.count(Entry.id))
        .join(Entry, Entry.domain_id == group.id)
        .where(Entry.edition_id == edition.id, Entry.retired.is_(False))
        .group_by(group.id, group.name, group.title)
        .order_by(group.title)
    )
    return [{"name": n, "title": t or n, "count": c} for n, t, c in rows]


def sonla_agencies_with_entries() -> list[dict[str, str]]:
    """Return the agencies that lead entries of the edition in force, by title."""
    edition = register.edition_in_force()
    if edition is None:
        return []
    group = model.Group
    rows = model.Session.execute(
        sa.select(group.name, group.title)
        .where(
            group.id.in_(
                sa.select(Entry.lead_agency_id).where(Entry.edition_id == edition.id)
            ),
            group.state == "active",
        )
        .order_by(group.title)
    )
    return [{"name": name, "title": title or name} for name, title in rows]


def sonla_entry_title(entry: dict[str, Any]) -> str:
    """Return an entry's title in the page's language."""
    english = entry["title_en"] if language.current().startswith("en") else ""
    return english or entry["title"]


def sonla_field_type(kind: str | None) -> str:
    """Return what a type of a Table Schema is called."""
    names = {
        "string": tk._("Text"),
        "integer": tk._("Whole number"),
        "number": tk._("Number"),
        "boolean": tk._("Yes or no"),
        "date": tk._("Date"),
        "datetime": tk._("Date and time"),
        "time": tk._("Time of day"),
        "year": tk._("Year"),
        "yearmonth": tk._("Month of a year"),
        "geopoint": tk._("Point on the map"),
        "geojson": tk._("Shape on the map"),
    }
    return names.get(kind or "string", kind or "")


def sonla_field_rules(field: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """Return a field's rules as short sentences."""
    keys = schema.get("primaryKey") or []
    sentences = []
    if field["name"] in ([keys] if isinstance(keys, str) else keys):
        sentences.append(tk._("identifies the row"))
    constraints = field.get("constraints") or {}
    for rule, sentence in _RULES.items():
        value = constraints.get(rule)
        if value is not None and value is not False:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            sentences.append(tk._(sentence).format(value=shown))
    if field.get("unit"):
        sentences.append(tk._("unit: {value}").format(value=field["unit"]))
    return sentences


def sonla_licence_title(licence: str) -> str:
    """Return what a licence is called."""
    found = model.Package.get_license_register().get(licence)
    return found.title if found else licence


def sonla_own_agency() -> str | None:
    """Return the name of the reader's agency."""
    held = roles.appointment_of(tk.current_user.name)
    return held.agency_name if held else None


def sonla_catalogue_may(what: str) -> bool:
    """Tell whether the reader may do something in the operating office."""
    user = tk.current_user
    return user.is_authenticated and permissions.may(user.name, what)


def sonla_review_waits() -> dict[str, str] | None:
    """Return the open round in which it is the reader's turn: its `id` and `due`."""
    user = tk.current_user
    agencies = callers.agencies_of({"user": user.name}) if user.is_authenticated else []
    opened = running.open_one() if agencies else None
    if opened is None:
        return None
    for agency_id in agencies:
        state = running.state_of(opened.id, agency_id)
        turn = "approve_answer" if state == "answered" else "answer"
        if state in mails.TURNS and permissions.may_in(user.name, turn, agency_id):
            return {"id": opened.id, "due": opened.due.isoformat()}
    return None


def sonla_entry_field(name: str) -> str:
    """Return what a field of an entry is called."""
    return forms.field_title(name)


def sonla_entry_values(fields: dict[str, Any]) -> list[dict[str, str]]:
    """Return an entry's fields as pairs of `title` and `text`, for people."""
    directory = Directory.read()
    return [
        {
            "title": forms.field_title(name),
            "text": forms.value_text(name, value, directory),
        }
        for name, value in fields.items()
    ]


def sonla_entry_differences(fields: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return what differs of an entry in words: `title`, `before`, `after`."""
    directory = Directory.read()
    return [
        {
            "title": forms.field_title(one["field"]),
            "before": forms.value_text(one["field"], one["before"], directory),
            "after": _after(one, directory),
        }
        for one in fields
    ]


def _after(one: dict[str, Any], directory: Directory) -> str:
    text = forms.value_text(one["field"], one["after"], directory)
    if one["field"] != "tables":
        return text
    # Columns are told by their titles, which stay when only a rule changes.
    rules = forms.rules_differ(one["before"], one["after"])
    return f"{text}; {rules}" if rules else text


def sonla_entry_demand(code: str) -> list[dict[str, Any]]:
    """Return the figures of demand for an entry: `name`, `title`, `count`."""
    return sources.of_entries([code])[code]


def sonla_entry_inputs(
    form: dict[str, Any], prefix: str, entry: dict[str, Any] | None
) -> dict[str, str]:
    """Return what the inputs of a line hold: what was typed, or the entry's values."""
    values = {}
    for name in (*forms.TEXTS, *forms.LISTS):
        kept = form.get(prefix + name, (entry or {}).get(name))
        kept = ", ".join(kept) if isinstance(kept, list) else kept
        values[name] = "" if kept is None else str(kept)
    return values
