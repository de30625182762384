"""The indexes of the DataStore's tables: CKAN names each by a hash of its table."""

from __future__ import annotations

import hashlib
from typing import Any

from psycopg2.sql import SQL, Identifier

import ckan.plugins.toolkit as tk

from . import tables


def name_of(resource_id: str, fields: str) -> str:
    """Return the name that `datastore_create` gives an index."""
    return hashlib.sha1((resource_id + fields).encode()).hexdigest()  # noqa: S324 - CKAN's naming


def names(cursor: Any, before: str, after: str) -> dict[str, str]:
    """Return the new name of each index that CKAN names by its table, by the old one.

    Args:
        before: the table that the indexes are named by; it may be renamed already.
        after: the table that they shall be named by.
    """
    known = {f"{before}_pkey": f"{after}_pkey"}
    for name in (before, after):
        for text in _texts(cursor, name):
            known[name_of(before, text)] = name_of(after, text)
    cursor.execute(
        "SELECT indexname FROM pg_indexes"
        " WHERE schemaname = 'public' AND indexname = ANY (%s)",
        (list(known),),
    )
    return {row[0]: known[row[0]] for row in cursor.fetchall()}


def _texts(cursor: Any, name: str) -> list[str]:
    """Return the texts that CKAN hashes into the names of a table's indexes."""
    language = tk.config["ckan.datastore.default_fts_lang"]
    texts = [_quoted("_full_text")]
    for column in tables.columns(cursor, name):
        quoted = _quoted(column.name)
        texts += [
            quoted,
            f"to_tsvector('{language}', {quoted})",
            f"to_tsvector('{language}', cast({quoted} AS text))",
        ]
    texts += [", ".join(map(_quoted, key)) for key in _indexed(cursor, name)]
    return texts


def _indexed(cursor: Any, name: str) -> list[list[str]]:
    """Return the columns of each index of plain columns, unique or not."""
    cursor.execute(
        """
        SELECT array_agg(attname::text ORDER BY position)
        FROM pg_index
             CROSS JOIN unnest(indkey) WITH ORDINALITY AS key (number, position)
             JOIN pg_attribute ON attnum = number AND attrelid = indrelid
        WHERE indrelid = to_regclass(format('public.%%I', %s::text))
          AND NOT indisprimary AND indexprs IS NULL
        GROUP BY indexrelid
        """,
        (name,),
    )
    return [list(row[0]) for row in cursor.fetchall()]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def bodies(cursor: Any, name: str) -> list[tuple[str, bool, str]]:
    """Return name, uniqueness and definition (from its method on) of a table's indexes.

    Not of the key that the system's column `_id` has.
    """
    cursor.execute(
        "SELECT c.relname, i.indisunique, pg_get_indexdef(i.indexrelid)"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = to_regclass(format('public.%%I', %s::text))"
        " AND NOT i.indisprimary ORDER BY i.indexrelid",
        (name,),
    )
    return [
        (index, unique, definition.split(" USING ", 1)[1])
        for index, unique, definition in cursor.fetchall()
    ]


def create(cursor: Any, name: str, table: str, body: str, *, unique: bool) -> None:
    """Create an index with a definition that `bodies` gave."""
    cursor.execute(
        SQL("CREATE {}INDEX {} ON public.{} USING {}").format(
            SQL("UNIQUE " if unique else ""),
            Identifier(name),
            Identifier(table),
            SQL(body),
        )
    )
