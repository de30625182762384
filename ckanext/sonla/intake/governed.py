"""Which Table Schema governs a resource, by its dataset's catalogue entry."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk

from . import columns, datastore, readers

if TYPE_CHECKING:
    from ckanext.sonla.shared.table_updates import TableUpdate


@dataclass(frozen=True)
class Rules:
    """What a resource is read by: a table of the entry, or nothing.

    `table` is `{name, title, schema}` of the entry, None where no schema governs.
    `unknown` is the name of a table that the entry doesn't have.
    """

    table: dict[str, Any] | None = None
    unknown: str | None = None

    @property
    def schema(self) -> dict[str, Any] | None:
        """The Table Schema, None where none governs."""
        return None if self.table is None else self.table["schema"]

    @property
    def name(self) -> str | None:
        """The table's name."""
        return self.table["name"] if self.table else self.unknown

    @property
    def digest(self) -> str:
        """What changes when the rules do."""
        text = json.dumps([self.schema, self.unknown], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def digest_of(rules: Rules, update: TableUpdate | None) -> str:
    """Return what changes when a file would be read into another table than before."""
    token = update.token if update else []
    if not token:
        return rules.digest
    return hashlib.sha256(json.dumps([rules.digest, *token]).encode()).hexdigest()


def entry_of(package: dict[str, Any]) -> dict[str, Any] | None:
    """Return the catalogue's entry that a package dict names, None without one."""
    code = package.get("catalogue_entry")
    if not code:
        return None
    try:
        return tk.get_action("sonla_entry_show")({"ignore_auth": True}, {"code": code})
    except (tk.ObjectNotFound, tk.ValidationError, KeyError):
        # An entry that isn't there is what the catalogue's own check reports.
        return None


def rules_of(resource: dict[str, Any], entry: dict[str, Any] | None) -> Rules:
    """Return what governs a resource.

    A resource names its table in `table`; the default is the entry's only one, for a
    file in one of the table formats and for a DataStore table without a file.
    """
    tables = {one["name"]: one for one in (entry or {}).get("tables") or []}
    named = resource.get("table")
    if named:
        return Rules(table=tables[named]) if named in tables else Rules(unknown=named)
    if len(tables) == 1 and is_tabular(resource):
        return Rules(table=next(iter(tables.values())))
    return Rules()


def schema_of_table(cursor: Any, table: str) -> dict[str, Any]:
    """Return as a Table Schema what a table without one says of itself."""
    kinds = {
        kind: declared
        for declared, wanted in reversed(columns.PG_TYPES.items())
        for kind in columns.ALIKE[wanted]
        if declared != "year"
    }
    existing = datastore.existing_columns(cursor, table)
    return {
        "fields": [
            {"name": name, "type": kinds.get(kind, "string")}
            for name, kind in existing.items()
        ],
        "primaryKey": datastore.unique_columns(cursor, table),
    }


def is_tabular(resource: dict[str, Any]) -> bool:
    """Tell whether a resource is a table: a file in such a format, or without one."""
    if resource.get("url_type") == "datastore":
        return True
    return resource.get("url_type") == "upload" and bool(
        readers.kind_of(resource.get("format"), resource.get("url"))
    )
