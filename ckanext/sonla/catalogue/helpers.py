"""What the catalogue's templates ask."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import roles

from . import register, vocabulary
from .answers import entry_query
from .model import Entry


def sonla_catalogue_label(name: str, value: Any) -> str:
    """Return what a value of one of the catalogue's lists is called."""
    return vocabulary.label(name, value)


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


def sonla_entry_of_dataset(package: dict[str, Any]) -> dict[str, Any] | None:
    """Return the entry of a dataset, for its page; None for packages without one."""
    code = package.get("catalogue_entry")
    if not code:
        return None
    try:
        return tk.get_action("sonla_entry_show")({}, {"code": code})
    except tk.ObjectNotFound:
        return None


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
