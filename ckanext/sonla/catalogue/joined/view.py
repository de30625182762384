"""The view in the DataStore that joins an entry's published tables.

It belongs to the role that owns published tables, in a schema of its own, and reads
with its reader's rights. The switch drops it with the table that it takes away
(`shared/joined_tables`); a publication makes it anew, and the tick does what was left.
Nothing depends on its being there: who reads compares, and joins by hand if it is not
what it should be.
"""

from __future__ import annotations

import hashlib
import logging
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import psycopg2
import sqlalchemy as sa
from psycopg2.sql import SQL, Identifier, Literal
from sqlalchemy.exc import SQLAlchemyError

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.joined_tables import SCHEMA

from . import columns
from .members import OWNER_URL

if TYPE_CHECKING:
    from .members import Joined

log = logging.getLogger(__name__)
LONGEST = 63
_SHORT = 46


def name_of(joined: Joined) -> str:
    """Return the view's name, which PostgreSQL allows 63 bytes."""
    name = f"{joined.code}.{joined.table}" if joined.table else joined.code
    if len(name.encode()) <= LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[: LONGEST - _SHORT - 1]
    return f"{name.encode()[:_SHORT].decode(errors='ignore')}~{digest}"


def is_current(cursor: Any, joined: Joined) -> bool:
    """Tell whether the view is there and joins what it should."""
    return _comment(cursor, name_of(joined)) == joined.version


def _comment(cursor: Any, name: str) -> str | None:
    cursor.execute(
        "SELECT obj_description(c.oid, 'pg_class') FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE nspname = %s AND relname = %s",
        (SCHEMA, name),
    )
    row = cursor.fetchone()
    return row[0] if row else None


@lru_cache(maxsize=4)
def _engine(url: str) -> sa.Engine:
    return sa.create_engine(url, pool_pre_ping=True, pool_size=1)


def refresh(joined: Joined) -> bool:
    """Make the view what it should be; tell whether it was something else."""
    with _engine(tk.config[OWNER_URL]).begin() as connection:
        cursor: Any = connection.connection.cursor()
        _alone(cursor)
        if is_current(cursor, joined):
            return False
        _make(cursor, joined)
    return True


def drop(name: str) -> None:
    """Drop a view whose entry has nothing to join any more."""
    with _engine(tk.config[OWNER_URL]).begin() as connection:
        cursor: Any = connection.connection.cursor()
        _alone(cursor)
        cursor.execute(SQL("DROP VIEW IF EXISTS {}").format(Identifier(SCHEMA, name)))


def names() -> set[str]:
    """Return the views that are there."""
    with _engine(tk.config[OWNER_URL]).begin() as connection:
        cursor: Any = connection.connection.cursor()
        cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = %s", (SCHEMA,))
        return {row[0] for row in cursor.fetchall()}


def _alone(cursor: Any) -> None:
    """Let nobody else make views now, and wait for no switch."""
    cursor.execute("SELECT set_config('lock_timeout', '2s', true)")
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (SCHEMA,))


def _make(cursor: Any, joined: Joined) -> None:
    role = sa.make_url(tk.config["ckan.datastore.read_url"]).username or ""
    view = Identifier(SCHEMA, name_of(joined))
    layout = columns.layout(joined)
    cursor.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(SCHEMA)))
    cursor.execute(SQL("DROP VIEW IF EXISTS {}").format(view))
    cursor.execute(
        SQL("CREATE VIEW {} WITH (security_invoker = true) AS {}").format(
            view, columns.union(joined, layout)
        )
    )
    cursor.execute(
        SQL("COMMENT ON VIEW {} IS {}").format(view, Literal(joined.version))
    )
    cursor.execute(
        SQL("GRANT USAGE ON SCHEMA {} TO {}").format(
            Identifier(SCHEMA), Identifier(role)
        )
    )
    cursor.execute(SQL("GRANT SELECT ON {} TO {}").format(view, Identifier(role)))


# A database that is away, or a table that the switch holds right now.
BUSY = (psycopg2.Error, SQLAlchemyError)
