"""The DataStore's tables: who owns them, what is in them, under which names.

The role `sonla_tables` owns what is frozen or published; CKAN's write role owns only
drafts. So no CKAN action, job or loader can write, alter or drop a frozen table.
"""

from __future__ import annotations

import hashlib
import json
import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import psycopg2
import sqlalchemy as sa
from psycopg2.sql import SQL, Composable, Identifier
from sqlalchemy import exc

import ckan.plugins.toolkit as tk
from ckan import model

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

# A database that is away, or lets nobody at a table in time.
DOWN = (psycopg2.OperationalError, exc.OperationalError)
OWNER_URL = "sonla.datastore.owner_url"
OLD_SCHEMA = "sonla_old"
_SYSTEM_COLUMNS = ("_id", "_full_text")


@dataclass(frozen=True)
class Column:
    """A column of a table, as the data dictionary tells it."""

    name: str
    type: str
    info: dict[str, Any]
    # What other plugins keep in the dictionary; no reader sees it.
    plugins: dict[str, Any] = field(default_factory=dict)


@lru_cache(maxsize=4)
def _engine(url: str) -> sa.Engine:
    return sa.create_engine(url, pool_pre_ping=True, pool_size=2)


def owner_engine() -> sa.Engine:
    """Return the engine of the role that owns frozen and published tables."""
    return _engine(tk.config[OWNER_URL])


def owner_role() -> str:
    """Return the name of the role that owns frozen and published tables."""
    return sa.make_url(tk.config[OWNER_URL]).username or ""


def write_role() -> str:
    """Return the name of CKAN's DataStore write role, which owns drafts."""
    return sa.make_url(tk.config["ckan.datastore.write_url"]).username or ""


def read_role() -> str:
    """Return the name of CKAN's DataStore read role."""
    return sa.make_url(tk.config["ckan.datastore.read_url"]).username or ""


@contextmanager
def or_later() -> Iterator[None]:
    """Leave what is inside to the next tick, should the DataStore be away.

    For what follows a commit: the decision stands, and the tick does the rest.
    """
    try:
        yield
    except DOWN:
        model.Session.rollback()
        log.exception("The DataStore does not answer: the tick goes on")


@contextmanager
def owning() -> Iterator[Any]:
    """Give a psycopg2 cursor of the owner role, in one transaction."""
    with owner_engine().begin() as connection:
        yield connection.connection.cursor()


@contextmanager
def writing() -> Iterator[Any]:
    """Give a psycopg2 cursor of CKAN's write role, in one transaction."""
    engine = _engine(tk.config["ckan.datastore.write_url"])
    with engine.begin() as connection:
        yield connection.connection.cursor()


def is_on() -> bool:
    """Tell whether the portal has a DataStore."""
    return bool(tk.config.get(OWNER_URL)) and "datastore" in tk.config["ckan.plugins"]


def owner_of(cursor: Any, name: str) -> str | None:
    """Return the role that owns a table; None if there is no such table."""
    cursor.execute(
        "SELECT tableowner FROM pg_tables"
        " WHERE schemaname = 'public' AND tablename = %s",
        (name,),
    )
    row = cursor.fetchone()
    return row[0] if row else None


def columns(cursor: Any, name: str) -> list[Column]:
    """Return a table's columns in their order, without CKAN's own."""
    cursor.execute(
        """
        SELECT attname, format_type(atttypid, atttypmod),
               col_description(attrelid, attnum)
        FROM pg_attribute
        WHERE attrelid = to_regclass(format('public.%%I', %s::text))
          AND attnum > 0 AND NOT attisdropped AND attname <> ALL (%s)
        ORDER BY attnum
        """,
        (name, list(_SYSTEM_COLUMNS)),
    )
    return [
        Column(name, type_, *_told(comment))
        for name, type_, comment in cursor.fetchall()
    ]


def aliases(cursor: Any, name: str) -> list[str]:
    """Return the views that `datastore_create` made as aliases of a table."""
    cursor.execute(
        'SELECT name FROM "_table_metadata" WHERE alias_of = %s ORDER BY name', (name,)
    )
    return [row[0] for row in cursor.fetchall()]


def meaning(cursor: Any, name: str) -> str | None:
    """Return the table that a name means, itself or an alias; None if it is free."""
    cursor.execute(
        "SELECT coalesce(alias_of, relname) FROM pg_class"
        ' LEFT JOIN "_table_metadata" ON name = relname AND alias_of IS NOT NULL'
        " WHERE pg_class.oid = to_regclass(format('public.%%I', %s::text))",
        (name,),
    )
    row = cursor.fetchone()
    return row[0] if row else None


def grant_like(cursor: Any, source: str, target: str) -> None:
    """Let the roles that were granted a table's reading read another one too."""
    cursor.execute(
        "SELECT DISTINCT coalesce(rolname, 'public') FROM pg_class"
        " CROSS JOIN aclexplode(relacl) LEFT JOIN pg_roles ON pg_roles.oid = grantee"
        " WHERE pg_class.oid = to_regclass(format('public.%%I', %s::text))"
        " AND privilege_type = 'SELECT' AND grantee <> relowner",
        (source,),
    )
    for (role,) in cursor.fetchall():
        cursor.execute(
            SQL("GRANT SELECT ON public.{} TO {}").format(
                Identifier(target),
                SQL("PUBLIC") if role == "public" else Identifier(role),
            )
        )


def primary_key(cursor: Any, name: str) -> list[str]:
    """Return the columns of a table's unique key, which CKAN calls its primary key."""
    cursor.execute(
        """
        SELECT array_agg(attname ORDER BY position) FROM (
            SELECT indexrelid, attname, position
            FROM pg_index
                 CROSS JOIN unnest(indkey) WITH ORDINALITY AS key (number, position)
                 JOIN pg_attribute
                   ON attnum = number AND attrelid = indrelid
            WHERE indrelid = to_regclass(format('public.%%I', %s::text))
              AND indisunique AND NOT indisprimary AND indexprs IS NULL
        ) AS keys GROUP BY indexrelid ORDER BY indexrelid LIMIT 1
        """,
        (name,),
    )
    row = cursor.fetchone()
    return list(row[0]) if row and row[0] else []


def give(cursor: Any, name: str, role: str) -> None:
    """Make a role the owner of a table; both others keep reading it."""
    cursor.execute(
        SQL("ALTER TABLE public.{} OWNER TO {}").format(
            Identifier(name), Identifier(role)
        )
    )
    if role != write_role():
        cursor.execute(
            SQL("GRANT SELECT ON public.{} TO {}").format(
                Identifier(name), Identifier(write_role())
            )
        )
    for alias in aliases(cursor, name):
        # A view reads with its owner's rights.
        cursor.execute(
            SQL("ALTER VIEW public.{} OWNER TO {}").format(
                Identifier(alias), Identifier(role)
            )
        )
        if role != write_role():
            cursor.execute(
                SQL("GRANT SELECT ON public.{} TO {}").format(
                    Identifier(alias), Identifier(write_role())
                )
            )


def drop(cursor: Any, name: str) -> None:
    """Drop a table with its aliases and its total."""
    for alias in aliases(cursor, name):
        cursor.execute(SQL("DROP VIEW public.{}").format(Identifier(alias)))
    cursor.execute(SQL("DROP TABLE public.{}").format(Identifier(name)))
    cursor.execute('DELETE FROM "_table_stats" WHERE resource_id = %s', (name,))


def index_name(resource_id: str, fields: str) -> str:
    """Return the name that `datastore_create` gives an index."""
    return hashlib.sha1((resource_id + fields).encode()).hexdigest()  # noqa: S324 - CKAN's naming


def index_names(cursor: Any, before: str, after: str) -> dict[str, str]:
    """Return the new name of each index that CKAN names by its table, by the old one.

    Args:
        before: the table that the indexes are named by; it may be renamed already.
        after: the table that they shall be named by.
    """
    known = {f"{before}_pkey": f"{after}_pkey"}
    for name in (before, after):
        for text in _index_texts(cursor, name):
            known[index_name(before, text)] = index_name(after, text)
    cursor.execute(
        "SELECT indexname FROM pg_indexes"
        " WHERE schemaname = 'public' AND indexname = ANY (%s)",
        (list(known),),
    )
    return {row[0]: known[row[0]] for row in cursor.fetchall()}


def _index_texts(cursor: Any, name: str) -> list[str]:
    """Return the texts that CKAN hashes into the names of a table's indexes."""
    language = tk.config["ckan.datastore.default_fts_lang"]
    quoted = {column.name: _quoted(column.name) for column in columns(cursor, name)}
    texts = [_quoted("_full_text")]
    for column in quoted.values():
        texts += [
            column,
            f"to_tsvector('{language}', {column})",
            f"to_tsvector('{language}', cast({column} AS text))",
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


def named(names: list[str]) -> Composable:
    """Return column names as a list in SQL."""
    return SQL(", ").join(Identifier(name) for name in names)


def _told(comment: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the dictionary's entry in a column's comment, and the plugins' part."""
    try:
        value = json.loads(comment or "{}")
    except ValueError:
        return {}, {}
    if not isinstance(value, dict):
        return {}, {}
    # A leading space marks the newer form, where plugins keep data of their own too.
    if comment and not comment.startswith(" "):
        return value, {}
    info = value.pop("_info", {})
    return (info if isinstance(info, dict) else {}), value


def index_bodies(cursor: Any, name: str) -> list[tuple[str, bool, str]]:
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


def create_index(
    cursor: Any, name: str, table: str, body: str, *, unique: bool
) -> None:
    """Create an index with a definition that `index_bodies` gave."""
    cursor.execute(
        SQL("CREATE {}INDEX {} ON public.{} USING {}").format(
            SQL("UNIQUE " if unique else ""),
            Identifier(name),
            Identifier(table),
            SQL(body),
        )
    )


def ensure_old_schema() -> None:
    """Make the schema that tables step back into; only their owner looks there."""
    with owning() as cursor:
        cursor.execute(
            SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(OLD_SCHEMA))
        )
