"""Whose tables a shared entry joins: those of its datasets that the public sees now.

Every reading asks anew. So a dataset that was taken down a moment ago is not in the
joined table, whatever a view in the DataStore still holds.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.datastore.backend import postgres

_SYSTEM = ("_id", "_full_text")
OWNER_URL = "sonla.datastore.owner_url"
_RESOURCE, _GROUP = model.resource_table.c, model.group_table.c


@dataclass(frozen=True)
class Member:
    """A provider's published table.

    Args:
        resource_id: the resource, which is the table's name.
        dataset: the dataset's name.
        provider: the provider's code: that of electronic documents, or its name.
        title: what the provider is called.
        columns: the table's columns with their types, in their order.
        rows: how many rows it has.
        version: what differs as soon as the table is another one.
    """

    resource_id: str
    dataset: str
    provider: str
    title: str
    columns: tuple[tuple[str, str], ...]
    rows: int
    version: str


@dataclass
class Joined:
    """A table of an entry, over all of its providers.

    Args:
        code: the entry's code.
        table: the table's name in the entry; empty where the entry has no schema.
        schema: its Table Schema.
        members: the published tables, by provider.
    """

    code: str
    table: str
    title: str
    schema: dict[str, Any]
    members: list[Member] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows all tables have together."""
        return sum(one.rows for one in self.members)

    @property
    def version(self) -> str:
        """What differs as soon as the joined table would."""
        told = [
            [one.resource_id, one.provider, one.title, one.columns, one.version]
            for one in self.members
        ]
        text = json.dumps([self.schema, told], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def is_on() -> bool:
    """Tell whether the portal has a DataStore with tables of an owner of their own."""
    return bool(tk.config.get(OWNER_URL)) and "datastore" in tk.config["ckan.plugins"]


def joined(entry: dict[str, Any], table: str | None = None) -> Joined | None:
    """Return a table of a shared entry.

    Args:
        entry: as `sonla_entry_show` answers it.
        table: the table's name; by default the entry's first.

    Returns:
        None when the entry has no such table, or nobody has published one.
    """
    tables = entry["tables"] or [{"name": "", "title": entry["title"], "schema": {}}]
    chosen = next((one for one in tables if table in (None, "", one["name"])), None)
    if chosen is None or not is_on():
        return None
    found = Joined(entry["code"], chosen["name"], chosen["title"], chosen["schema"])
    resources = [
        one
        for one in _resources(entry["code"])
        if _is_of(one, chosen["name"], alone=len(tables) == 1)
    ]
    facts = _facts([one.id for one in resources])
    found.members = sorted(
        (_member(one, facts[one.id]) for one in resources if one.id in facts),
        key=lambda one: (one.title, one.provider, one.resource_id),
    )
    return found if found.members else None


def _resources(code: str) -> list[Any]:
    """Return the resources with a table of an entry's public datasets."""
    package, resource, group = model.Package, _RESOURCE, _GROUP
    rows = model.Session.execute(
        sa.select(
            resource["id"],
            resource["extras"],
            package.name.label("dataset"),
            package.metadata_modified,
            group["name"].label("agency"),
            group["title"],
            group["extras"]["agency_code"].astext.label("code"),
        )
        .select_from(package)
        .join(model.resource_table, resource["package_id"] == package.id)
        .join(model.group_table, group["id"] == package.owner_org)
        .where(
            package.extras["catalogue_entry"].astext == code,
            package.type == "dataset",
            package.state == "active",
            package.private.is_(False),
            resource["state"] == "active",
        )
    )
    return [row for row in rows if (row.extras or {}).get("datastore_active")]


def _is_of(resource: Any, table: str, *, alone: bool) -> bool:
    """Tell whether a resource is an entry's table; the only one needs no name."""
    named = resource.extras.get("table") or ""
    return named == table or (alone and not named)


@dataclass(frozen=True)
class _Facts:
    columns: list[tuple[str, str]]
    rows: int
    identity: int


_TABLES = """
    SELECT relname, pg_class.oid, (stats ->> 'rows')::bigint AS rows,
           array_agg(attname::text ORDER BY attnum) AS names,
           array_agg(format_type(atttypid, atttypmod) ORDER BY attnum) AS types
    FROM pg_class
         JOIN pg_attribute ON attrelid = pg_class.oid
         LEFT JOIN "_table_stats" ON resource_id = relname
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
      AND relname = ANY (:names) AND attnum > 0 AND NOT attisdropped
      AND attname <> ALL (:system)
    GROUP BY relname, pg_class.oid, stats
"""


def _facts(names: list[str]) -> dict[str, _Facts]:
    """Return columns, number of rows and identity of each table that is there."""
    if not names:
        return {}
    found = {}
    # CKAN's statistics, which keep the number of rows, are closed to the reading role.
    with postgres.get_write_engine().connect() as connection:
        asked = {"names": names, "system": list(_SYSTEM)}
        for row in connection.execute(sa.text(_TABLES), asked):
            rows = row.rows
            if rows is None:
                table = sa.table(row.relname, schema="public")
                query = sa.select(sa.func.count()).select_from(table)
                rows = connection.scalar(query) or 0
            columns = list(zip(row.names, row.types, strict=True))
            found[row.relname] = _Facts(columns, rows, row.oid)
    return found


def _member(row: Any, facts: _Facts) -> Member:
    return Member(
        resource_id=row.id,
        dataset=row.dataset,
        provider=row.code or row.agency,
        title=row.title or row.agency,
        columns=tuple(facts.columns),
        rows=facts.rows,
        # An erasure changes rows in place, and says so on the dataset.
        version=f"{facts.identity} {facts.rows} {row.metadata_modified}",
    )
