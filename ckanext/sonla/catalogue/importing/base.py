"""What the catalogue says already, for what a line leaves out and what it changes.

A decision's annex seldom repeats everything: no English names, no Table Schemas. What
the file has no column for stays as the edition, or the one in force, has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.catalogue import register
from ckanext.sonla.catalogue.annex.cells import field_titles
from ckanext.sonla.catalogue.entry_fields import FIELDS, Reading
from ckanext.sonla.catalogue.folding import fold
from ckanext.sonla.catalogue.model import Edition, Entry
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from .found import Annex, Line

# The file's own order holds where it is the whole catalogue.
_PLACES = ("position",)
# What stands for these columns in the file.
_GIVEN_BY = {"tables": ("tables", "fields"), "providers": ("providers",)}


@dataclass
class Base:
    """The entries that a file is held against.

    Args:
        present: the edition's entries, by code.
        before: those of the last decided edition, by code.
        used: every code that was ever given, in lower case.
    """

    present: dict[str, Entry]
    before: dict[str, Entry]
    used: set[str]

    @classmethod
    def read(cls, edition: Edition) -> Base:
        """Read what an edition has, and what was in the last decided one."""
        latest = register.latest_edition()
        used = model.Session.scalars(sa.select(sa.func.lower(Entry.code)).distinct())
        return cls(
            _entries_of(edition.id),
            {
                code: entry
                for code, entry in (_entries_of(latest.id) if latest else {}).items()
                if not entry.retired
            },
            set(used),
        )

    def entry(self, code: str) -> Entry | None:
        """Return what a code stands for now: in the edition, or before it."""
        return self.present.get(code) or self.before.get(code)

    @property
    def entries(self) -> dict[str, Entry]:
        """All of them, the edition's first."""
        return self.before | self.present


def _entries_of(edition_id: str) -> dict[str, Entry]:
    return {
        entry.code: entry
        for entry in model.Session.scalars(
            sa.select(Entry).where(Entry.edition_id == edition_id)
        )
    }


def complete(found: Annex, line: Line, entry: Entry | None) -> None:
    """Put into a line what the file has no column for and the catalogue has."""
    if entry is None:
        return
    for name in FIELDS:
        given = set(_GIVEN_BY.get(name, (name,))) & line.given
        if not given and name not in line.data and name not in _PLACES:
            line.data[name] = _value(entry, name)
    _keep_schemas(found, line, entry)


def _keep_schemas(found: Annex, line: Line, entry: Entry) -> None:
    """Keep Table Schemas over a list of fields, which knows no types and no rules."""
    if "tables" in line.given or "fields" not in line.given or not entry.tables:
        return
    named = line.data.get("tables") or []
    if [fold(one) for one in field_titles(named)] != [
        fold(one) for one in field_titles(entry.tables)
    ]:
        found.guesses(
            line.row, "fields",
            N_("The fields differ from the Table Schema in force, which was kept."),
        )  # fmt: skip
    line.data["tables"] = entry.tables


def _value(entry: Entry, name: str) -> Any:
    """Return a field of an entry by the contract, agencies and domains by their ids."""
    if name == "providers":
        return {
            "kind": entry.provider_kind,
            "class": entry.provider_class,
            "agencies": [one.agency_id for one in entry.providers],
        }
    other = {
        "lead_agency": "lead_agency_id",
        "domain": "domain_id",
        "coordinating_agencies": "coordinating",
    }
    value = getattr(entry, other.get(name, name))
    return value.isoformat() if name == "publish_by" and value else value


def differs(entry: Entry, reading: Reading) -> bool:
    """Tell whether a reading says something else than an entry."""
    if entry.retired:
        return True
    named = {one.agency_id for one in entry.providers}
    return (reading.providers is not None and set(reading.providers) != named) or any(
        getattr(entry, name) != value for name, value in reading.columns.items()
    )
