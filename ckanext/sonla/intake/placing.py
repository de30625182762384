"""A table that was made beside the old one takes its place, and gets its indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Identifier, Literal

from ckanext.datastore.backend import postgres

from . import datastore

if TYPE_CHECKING:
    import sqlalchemy as sa

    from ckan.types import Context

# A key of an index holds a third of a page.
KEY_BYTES = 2000
LOCK_TIMEOUT = "30s"
# What making an index may take of the memory: PostgreSQL's own 64 MB sort a large one
# in many runs.
INDEX_MEMORY = "256MB"


def put_in_place(
    connection: sa.Connection,
    resource_id: str,
    key: list[str],
    new: str,
    base: str | None = None,
) -> None:
    """Put the new table in the old one's place, with its aliases.

    Args:
        key: columns of the primary key, which `datastore_upsert` goes by.
        new: the new table's name.
        base: the public table, whose indexes the new one gets too.
    """
    cursor = datastore.cursor_of(connection)
    cursor.execute(SQL("SET LOCAL lock_timeout = {}").format(Literal(LOCK_TIMEOUT)))
    cursor.execute(
        SQL("SET LOCAL maintenance_work_mem = {}").format(Literal(INDEX_MEMORY))
    )
    aliases = _aliases(cursor, resource_id)
    datastore.drop_table(cursor, resource_id)
    _rename(cursor, new, resource_id)
    data: dict[str, Any] = {"resource_id": resource_id}
    data |= _wanted_indexes(cursor, base, resource_id)
    context: Context = {"connection": connection}
    if key and _fits_index(cursor, resource_id, key):
        postgres.create_indexes(context, {**data, "primary_key": key})
    else:
        postgres.create_indexes(context, data)
    postgres._create_fulltext_trigger(connection, resource_id)
    for alias in aliases:
        cursor.execute(
            SQL("CREATE VIEW {} AS SELECT * FROM {}").format(
                Identifier(alias), Identifier(resource_id)
            )
        )
    cursor.execute("DELETE FROM _table_stats WHERE resource_id = %s", (resource_id,))
    cursor.execute("SELECT update_table_stats(%s)", (resource_id,))


def _rename(cursor: Any, new: str, resource_id: str) -> None:
    """Rename the table with its key and its sequence, which carry its name."""
    for kind, ending in (("TABLE", ""), ("SEQUENCE", "__id_seq"), ("INDEX", "_pkey")):
        cursor.execute(
            SQL("ALTER {} {} RENAME TO {}").format(
                SQL(kind), Identifier(new + ending), Identifier(resource_id + ending)
            )
        )
    cursor.execute(
        SQL("SELECT setval({}, coalesce(max(_id), 0) + 1, false) FROM {}").format(
            Literal(f'"{resource_id}__id_seq"'), Identifier(resource_id)
        )
    )


def _fits_index(cursor: Any, table: str, key: list[str]) -> bool:
    size = SQL(" + ").join(
        SQL("coalesce(octet_length({}::text), 0)").format(Identifier(name))
        for name in key
    )
    cursor.execute(
        SQL("SELECT coalesce(max({}), 0) FROM {}").format(size, Identifier(table))
    )
    return cursor.fetchone()[0] <= KEY_BYTES


def _aliases(cursor: Any, resource_id: str) -> list[str]:
    cursor.execute(
        "SELECT name FROM _table_metadata WHERE alias_of = %s", (resource_id,)
    )
    return [name for (name,) in cursor.fetchall()]


def _wanted_indexes(
    cursor: Any, base: str | None, resource_id: str
) -> dict[str, list[list[str]]]:
    """Return the indexes that somebody asked for of the public table, for CKAN."""
    if base is None:
        return {}
    present = datastore.existing_columns(cursor, resource_id)
    wanted = [
        names
        for names in datastore.plain_indexes(cursor, base)
        if all(name in present for name in names)
    ]
    return {"indexes": wanted} if wanted else {}


def without_key(cursor: Any, name: str) -> None:
    """Take the key of a table's `_id`: rows come quicker, the key is made after."""
    cursor.execute(
        SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
            Identifier(name), Identifier(f"{name}_pkey")
        )
    )


def with_key(cursor: Any, name: str) -> None:
    """Give a table the key of its `_id`."""
    cursor.execute(
        SQL("ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY (_id)").format(
            Identifier(name), Identifier(f"{name}_pkey")
        )
    )
