"""The DataStore's table of a resource: made as `datastore_create` makes it.

CKAN's own functions create the table with its data dictionary and its indexes, so
`datastore_info`, `datastore_search`, `dump` and the dictionary's page know it. Only
the rows come set-wise, with their search vectors, before the trigger is there.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg2
import psycopg2.errors
from psycopg2.sql import SQL, Identifier, Literal
from sqlalchemy.exc import DBAPIError

from ckanext.datastore.backend import postgres

from . import columns, staging
from .columns import Column
from .rules import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

    from ckan.types import Context

    from .header import Layout

# A search vector holds 1 MB at most.
SEARCHED_CHARACTERS = 200_000


class Sealed(Exception):  # noqa: N818 - says what the table is
    """The table belongs to a submitted or published revision."""


@contextmanager
def writing() -> Iterator[sa.Connection]:
    """Give the DataStore's write connection in one transaction.

    Raises:
        Sealed: when PostgreSQL refuses because the write role doesn't own the table.
    """
    engine = postgres.get_write_engine()
    postgres._cache_types(engine)
    try:
        with engine.begin() as connection:
            yield connection
    except psycopg2.errors.InsufficientPrivilege as error:
        raise Sealed from error
    except DBAPIError as error:
        if isinstance(error.orig, psycopg2.errors.InsufficientPrivilege):
            raise Sealed from error
        raise


def cursor_of(connection: sa.Connection) -> Any:
    """Return psycopg2's cursor in the transaction of a connection."""
    return connection.connection.cursor()


def new_name(resource_id: str) -> str:
    """Return the name of a table that isn't in its place yet.

    CKAN lists no table whose name begins with an underscore.
    """
    return f"_sonla_new_{resource_id}"


def whole_name(resource_id: str) -> str:
    """Return the name of a whole table while it is made from a part."""
    return f"_sonla_whole_{resource_id}"


def fields_of(layout: Layout) -> list[dict[str, Any]]:
    """Return the columns as `datastore_create` takes them."""
    return [
        {"id": column, "type": columns.pg_type(field), "info": _info(column, field)}
        for column, field in zip(layout.names, layout.fields, strict=True)
    ]


def create_empty(
    connection: sa.Connection, name: str, fields: list[dict[str, Any]]
) -> None:
    """Create a table without rows, indexes and trigger; one of that name goes."""
    drop_table(cursor_of(connection), name)
    context: Context = {"connection": connection}
    postgres.create_table(context, {"resource_id": name, "fields": fields}, {})


def create(
    connection: sa.Connection,
    resource_id: str,
    layout: Layout,
    *,
    searched: bool = True,
) -> None:
    """Create the new table and fill it with the typed staged rows.

    Args:
        searched: whether its rows get their search vectors.
    """
    cursor = cursor_of(connection)
    name = new_name(resource_id)
    create_empty(connection, name, fields_of(layout))
    cells = [staging.column(index) for index in range(len(layout.names))]
    values = [
        SQL("{} AS {}").format(columns.typed(field, cell), cell)
        for cell, field in zip(cells, layout.fields, strict=True)
    ]
    # The sorted subquery is calculated once, though its values are used twice.
    vector = SQL("NULL::tsvector")
    if searched:
        texts = SQL(", ").join(SQL("{}::text").format(cell) for cell in cells)
        vector = SQL("to_tsvector(left(array_to_string(ARRAY[{}], ' '), {}))").format(
            texts, Literal(SEARCHED_CHARACTERS)
        )
    cursor.execute(
        SQL(
            "INSERT INTO {table} (_id, {names}, _full_text) "
            "SELECT row_number, {cells}, {vector} "
            "FROM (SELECT row_number, {values} FROM {staged} "
            "ORDER BY row_number) s"
        ).format(
            table=Identifier(name),
            names=SQL(", ").join(Identifier(column) for column in layout.names),
            cells=SQL(", ").join(cells),
            vector=vector,
            values=SQL(", ").join(values),
            staged=staging.table(cursor),
        )
    )


def _info(column: str, field: dict[str, Any]) -> dict[str, Any]:
    """Return the data dictionary's entry of a column."""
    unit = field.get("unit")
    notes = str(field.get("description") or "")
    if unit:
        notes = f"{notes} ({unit})".strip()
    title = field.get("title") or ("" if field.get("name") == column else field["name"])
    info = {"label": title, "notes": notes, "unit": unit}
    return {key: str(value) for key, value in info.items() if value}


def unread(cursor: Any, layout: Layout) -> Relation:
    """Return the staged rows, whose texts nobody has read yet."""
    found = []
    for index, (name, field) in enumerate(
        zip(layout.names, layout.fields, strict=True)
    ):
        raw = staging.column(index)
        found.append(Column(name, field, raw, columns.typed(field, raw)))
    return Relation(staging.table(cursor), SQL("row_number"), found, is_text=True)


def drop_table(cursor: Any, name: str) -> None:
    """Drop a table and what hangs on it, if it is there."""
    cursor.execute(SQL("DROP TABLE IF EXISTS {} CASCADE").format(Identifier(name)))


def drop(resource_id: str) -> None:
    """Remove a resource's table, because its file doesn't fill it any more.

    Raises:
        Sealed: for a table of a submitted or published revision.
    """
    with writing() as connection:
        cursor = cursor_of(connection)
        drop_table(cursor, resource_id)
        cursor.execute(
            "DELETE FROM _table_stats WHERE resource_id = %s", (resource_id,)
        )


def existing_columns(cursor: Any, resource_id: str) -> dict[str, str]:
    """Return the table's columns and their types; empty when there is no table."""
    cursor.execute(
        "SELECT a.attname, t.typname FROM pg_attribute a "
        "JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid "
        "WHERE c.relname = %s AND c.relnamespace = 'public'::regnamespace "
        "AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped "
        "ORDER BY a.attnum",
        (resource_id,),
    )
    return {name: kind for name, kind in cursor.fetchall() if not name.startswith("_")}


def dictionary(cursor: Any, table: str) -> dict[str, dict[str, Any]]:
    """Return the data dictionary's entry of each column that has one."""
    cursor.execute(
        "SELECT attname, col_description(attrelid, attnum) FROM pg_attribute"
        " WHERE attrelid = to_regclass(format('public.%%I', %s::text))"
        " AND attnum > 0 AND NOT attisdropped",
        (table,),
    )
    read = {name: _entry(comment) for name, comment in cursor.fetchall() if comment}
    return {name: info for name, info in read.items() if info}


def _entry(comment: str) -> dict[str, Any]:
    try:
        value = json.loads(comment)
    except ValueError:
        return {}
    # A leading space marks the form in which plugins keep data of their own too.
    value = value.get("_info", {}) if comment.startswith(" ") else value
    return value if isinstance(value, dict) else {}


def unique_columns(cursor: Any, table: str) -> list[str]:
    """Return the columns of a table's unique key, which CKAN calls its primary key."""
    keys = _indexed(cursor, table, unique=True)
    return keys[0] if keys else []


def plain_indexes(cursor: Any, table: str) -> list[list[str]]:
    """Return the columns of each index that somebody asked for, as CKAN takes them."""
    return _indexed(cursor, table, unique=False)


def _indexed(cursor: Any, table: str, *, unique: bool) -> list[list[str]]:
    cursor.execute(
        """
        SELECT array_agg(attname::text ORDER BY position) FROM (
            SELECT indexrelid, attname, position
            FROM pg_index
                 CROSS JOIN unnest(indkey) WITH ORDINALITY AS key (number, position)
                 JOIN pg_attribute ON attnum = number AND attrelid = indrelid
            WHERE indrelid = to_regclass(format('public.%%I', %s::text))
              AND indisunique = %s AND NOT indisprimary AND indexprs IS NULL
        ) AS keys GROUP BY indexrelid
        HAVING NOT bool_or(attname = '_full_text') ORDER BY indexrelid
        """,
        (table, unique),
    )
    return [list(columns) for (columns,) in cursor.fetchall()]


def is_empty(cursor: Any, table: str) -> bool:
    """Tell whether a table has no rows."""
    cursor.execute(
        SQL("SELECT NOT EXISTS (SELECT 1 FROM {})").format(Identifier(table))
    )
    return bool(cursor.fetchone()[0])


def relation_of(resource_id: str, fields: dict[str, dict[str, Any]]) -> Relation:
    """Return an existing table's columns, already typed, by name and field."""
    found = [columns.of_table(name, field, "t") for name, field in fields.items()]
    return Relation(SQL("{} t").format(Identifier(resource_id)), SQL("t._id"), found)
