"""What is done to editions and their entries, in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.model.types import make_uuid

from . import register
from .directory import Directory, fold
from .entry_fields import Reading, read
from .model import Edition, Entry, EntryProvider
from .states import reopen

if TYPE_CHECKING:
    from .problems import Problem

# What a copied line keeps: everything but its own identity.
_COPIED = [
    column.name
    for column in Entry.__table__.columns
    if column.name not in ("id", "edition_id", "change")
]


def create_edition(kind: str, actor: str | None, note: str = "") -> Edition:
    """Begin an edition; an amending one starts with the entries of the last decided.

    Raises:
        ValidationError: there is nothing to amend yet.
    """
    base = register.latest_edition() if kind == "amending" else None
    if kind == "amending" and base is None:
        raise tk.ValidationError(
            {"kind": [tk._("There is no edition to amend: begin a replacing one.")]}
        )
    edition = Edition(
        id=make_uuid(), kind=kind, base_id=base.id if base else None, note=note
    )
    edition.state, edition.editors = "draft", []
    edition.touch(actor)
    model.Session.add(edition)
    model.Session.flush()
    if base is not None:
        carry_over(base.id, edition.id)
    return edition


def carry_over(base_id: str, edition_id: str) -> None:
    """Copy the entries that were not taken out and that the edition does not have."""
    columns = ", ".join(_COPIED)
    model.Session.execute(
        sa.text(
            f"INSERT INTO sonla_entry (id, edition_id, change, {columns}) "  # noqa: S608 - column names of our own model
            f"SELECT gen_random_uuid()::text, :edition, 'unchanged', {columns} "
            "FROM sonla_entry WHERE edition_id = :base AND NOT retired "
            "AND code NOT IN (SELECT code FROM sonla_entry WHERE edition_id = :edition)"
        ),
        {"edition": edition_id, "base": base_id},
    )
    model.Session.execute(
        sa.text(
            "INSERT INTO sonla_entry_provider (entry_id, agency_id) "
            "SELECT new.id, p.agency_id FROM sonla_entry new "
            "JOIN sonla_entry old ON old.edition_id = :base AND old.code = new.code "
            "JOIN sonla_entry_provider p ON p.entry_id = old.id "
            "WHERE new.edition_id = :edition AND new.change = 'unchanged'"
        ),
        {"edition": edition_id, "base": base_id},
    )


def create_entry(edition: Edition, data: dict[str, Any], actor: str | None) -> Entry:
    """Add an entry to an open edition.

    Raises:
        ValidationError: by field; also when the code is taken.
    """
    reopen(edition, actor)
    reading = _good(read(data, Directory.read(), whole=True))
    if register.entry_of(edition.id, reading.columns["code"]) is not None:
        raise tk.ValidationError(
            {"code": [tk._("The edition has an entry with this code already.")]}
        )
    if "position" not in reading.columns:
        reading.columns["position"] = _next_position(edition)
    entry = add_entry(edition, reading)
    model.Session.flush()
    return entry


def _next_position(edition: Edition) -> int:
    last = model.Session.scalar(
        sa.select(sa.func.max(Entry.position)).where(Entry.edition_id == edition.id)
    )
    return 1 + (last or 0)


def add_entry(edition: Edition, reading: Reading) -> Entry:
    """Make a new entry of a reading without problems; it has its position."""
    entry = Entry(id=make_uuid(), edition_id=edition.id, change="added")
    fill(entry, reading)
    model.Session.add(entry)
    return entry


def fill(entry: Entry, reading: Reading) -> None:
    """Write what was read into an entry."""
    for name, value in reading.columns.items():
        setattr(entry, name, value)
    if reading.providers is not None:
        kept = {one.agency_id: one for one in entry.providers}
        entry.providers = [
            kept.get(agency_id) or EntryProvider(agency_id=agency_id)
            for agency_id in reading.providers
        ]
    entry.searched = fold(
        " ".join(
            [
                entry.code,
                entry.title,
                entry.title_en or "",
                entry.description or "",
                entry.source or "",
                *(one["title"] for one in entry.tables or []),
            ]
        )
    )


def update_entry(
    edition: Edition, code: str, data: dict[str, Any], actor: str | None
) -> Entry:
    """Change an entry of an open edition; fields not given stay.

    Raises:
        NotFound: the edition has no such entry.
        ValidationError: by field.
    """
    entry = register.entry_of(edition.id, code)
    if entry is None:
        raise tk.ObjectNotFound(
            tk._("The edition has no entry {code}.").format(code=code)
        )
    reopen(edition, actor)
    data = {name: value for name, value in data.items() if name != "code"}
    fill(entry, _good(read(data, Directory.read(), whole=False)))
    entry.retired = False
    if entry.change != "added":
        entry.change = "changed"
    model.Session.flush()
    return entry


def retire_entry(edition: Edition, code: str, actor: str | None) -> Entry:
    """Take an entry out of an open edition. One that is new there just goes.

    Raises:
        NotFound: the edition has no such entry.
    """
    entry = register.entry_of(edition.id, code)
    if entry is None:
        raise tk.ObjectNotFound(
            tk._("The edition has no entry {code}.").format(code=code)
        )
    reopen(edition, actor)
    if entry.change == "added":
        model.Session.delete(entry)
    else:
        entry.change = "retired"
    entry.retired = True
    model.Session.flush()
    return entry


def words(problem: Problem) -> str:
    """Return a problem as a sentence in the caller's language."""
    sentence = tk._(problem.message).format(**problem.params)
    if "table" in problem.params and "{table}" not in problem.message:
        place = ".".join(
            str(problem.params[one])
            for one in ("table", "name")
            if one in problem.params
        )
        return f"{place}: {sentence}"
    return sentence


def _good(reading: Reading) -> Reading:
    """Return a reading without problems.

    Raises:
        ValidationError: with the problems by field.
    """
    if reading.problems:
        errors: dict[str, Any] = {}
        for name, problem in reading.problems:
            errors.setdefault(name, []).append(words(problem))
        raise tk.ValidationError(errors)
    return reading
