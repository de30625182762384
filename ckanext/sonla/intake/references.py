"""Foreign keys: which tables of the DataStore hold the values that a column may have.

A key leads to the table itself, to another table of the same dataset, or to the
published tables of another entry (`reference.entry`), such as the list of communes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from psycopg2.sql import SQL, Composable, Identifier

from ckan import model
from ckanext.sonla.shared import resource_tables

from . import datastore, governed, names


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key and where its values are.

    `tables` are names in the DataStore, all of which count together; an empty list
    means that there is none yet. `own` is a key that leads to the table itself.
    """

    fields: list[str]
    targets: list[str]
    shown: str
    tables: list[str]
    own: bool = False
    is_sibling: bool = False

    def sources(self, cursor: Any) -> list[tuple[str, dict[str, str]]]:
        """Return the tables that have the key's columns, with the columns' types."""
        found = []
        for table in self.tables:
            existing = datastore.existing_columns(cursor, table)
            if all(name in existing for name in self.targets):
                found.append((table, {name: existing[name] for name in self.targets}))
        return found


def of(
    resource_id: str, schema: dict[str, Any], *, siblings: bool = True
) -> list[ForeignKey]:
    """Return the foreign keys of a resource's table.

    Args:
        resource_id: the resource that the table belongs to.
        schema: its Table Schema.
        siblings: whether the dataset's other tables are to be looked at; while one
            file is loaded, the next may not be there yet.
    """
    found = []
    for one in schema.get("foreignKeys") or []:
        key = _key(resource_id, one)
        if siblings or not key.is_sibling:
            found.append(key)
    return found


def _key(resource_id: str, one: dict[str, Any]) -> ForeignKey:
    reference = one["reference"]
    fields, targets = _listed(one["fields"]), _listed(reference["fields"])
    entry, table = reference.get("entry") or None, reference.get("resource") or ""
    columns = [names.column_name(name) for name in targets]
    shown = " · ".join(part for part in (entry, table) if part)
    if entry is not None:
        return ForeignKey(fields, columns, shown, _published(entry, table))
    if not table:
        return ForeignKey(fields, targets, "", [], own=True)
    tables = _siblings(resource_id, table)
    return ForeignKey(fields, columns, shown, tables, is_sibling=True)


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _siblings(resource_id: str, table: str) -> list[str]:
    resource = model.Resource.get(resource_id)
    if resource is None:
        return []
    return [
        resource_tables.table_of(other.id)
        for other in resource.package.resources
        if (other.extras or {}).get("table") == table
    ]


def _published(code: str, table: str) -> list[str]:
    """Return the tables of an entry's public datasets, all its providers' together."""
    entry = governed.entry_of({"catalogue_entry": code})
    packages = model.Session.scalars(
        sa.select(model.Package).where(
            model.Package.extras["catalogue_entry"].astext == code,
            model.Package.type == "dataset",
            model.Package.state == "active",
            model.Package.private.is_(False),
        )
    )
    found = []
    for package in packages:
        for resource in package.resources:
            about = {
                "url_type": resource.url_type,
                "format": resource.format,
                "url": resource.url,
                "table": (resource.extras or {}).get("table"),
            }
            rules = governed.rules_of(about, entry)
            if rules.table is not None and table in ("", rules.name):
                found.append(resource.id)
    return found


def values_of(cursor: Any, key: ForeignKey) -> Composable | None:
    """Return SQL of all the values that a key may have; None where no table is there.

    Its columns are `k0`, `k1` … as texts, without those that are empty.
    """
    parts = []
    for table, types in key.sources(cursor):
        cells = [
            SQL("{} AS {}").format(_text(name, kind), Identifier(f"k{at}"))
            for at, (name, kind) in enumerate(types.items())
        ]
        present = [SQL("{} IS NOT NULL").format(Identifier(name)) for name in types]
        parts.append(
            SQL("SELECT {} FROM {} WHERE {}").format(
                SQL(", ").join(cells),
                Identifier("public", table),
                SQL(" AND ").join(present),
            )
        )
    return SQL(" UNION ").join(parts) if parts else None


def _text(name: str, kind: str) -> Composable:
    """Return a column as text, in one form for equal values."""
    if kind == "numeric":
        return SQL("trim_scale({})::text").format(Identifier(name))
    return SQL("{}::text").format(Identifier(name))
