"""Rows that were staged and checked, kept for the load of the file that holds them.

So a file that the portal itself made and checked isn't read a second time. The table
is unlogged: after PostgreSQL's own crash it is empty, and the file is read after all.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Identifier, Literal

from ckanext.sonla.shared import clock

from . import datastore, staging

if TYPE_CHECKING:
    from .header import Layout

_PREFIX = "_sonla_kept_"


def _name(token: str) -> Identifier:
    # CKAN lists no table whose name begins with an underscore.
    return Identifier("public", f"{_PREFIX}{token}")


def keep(cursor: Any, layout: Layout, token: str, *, has_gaps: bool) -> None:
    """Keep the transaction's staged rows under a token, numbered from 1.

    Args:
        layout: of the staged rows.
        token: who will ask for them; at most 50 letters.
        has_gaps: whether rows were taken out.
    """
    table, staged = _name(token), staging.table(cursor)
    drop(cursor, token)
    if has_gaps:
        cells = SQL(", ").join(staging.column(at) for at in range(len(layout.names)))
        cursor.execute(
            SQL(
                "CREATE UNLOGGED TABLE {} AS SELECT"
                " row_number() OVER (ORDER BY row_number) AS row_number, {}"
                " FROM {} ORDER BY row_number"
            ).format(table, cells, staged)
        )
        staging.drop(cursor)
    else:
        cursor.execute(
            SQL("ALTER TABLE {} RENAME TO {}").format(
                staged, Identifier(f"{_PREFIX}{token}")
            )
        )
    told = json.dumps({"kept": clock.iso_z(clock.now()), "columns": layout.names})
    cursor.execute(SQL("COMMENT ON TABLE {} IS {}").format(table, Literal(told)))


def take(cursor: Any, layout: Layout, token: str) -> int | None:
    """Stage what is kept under a token, and return how many rows there are.

    It is the transaction's staging table then, and kept again if that fails. None
    where nothing is kept, or not for these columns.
    """
    cursor.execute(
        "SELECT obj_description(to_regclass(%s), 'pg_class')",
        (f'public."{_PREFIX}{token}"',),
    )
    (told,) = cursor.fetchone()
    if not told or json.loads(told)["columns"] != layout.names:
        return None
    cursor.execute(SQL("SELECT count(*) FROM {}").format(_name(token)))
    (rows,) = cursor.fetchone()
    if not rows:
        return None
    staging.drop(cursor)
    cursor.execute(
        SQL("ALTER TABLE {} RENAME TO {}").format(
            _name(token), Identifier(staging.name(cursor))
        )
    )
    return rows


def drop(cursor: Any, token: str) -> None:
    """Let go of what is kept under a token."""
    cursor.execute(SQL("DROP TABLE IF EXISTS {}").format(_name(token)))


def sweep(older_than: dt.timedelta) -> int:
    """Let go of what nobody came for, and return how many tables that were."""
    with datastore.writing() as connection:
        cursor = datastore.cursor_of(connection)
        cursor.execute(
            "SELECT relname, obj_description(oid, 'pg_class') FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND starts_with(relname, %s)",
            (_PREFIX,),
        )
        old = [
            name
            for name, told in cursor.fetchall()
            if not told or _is_older(told, older_than)
        ]
        for name in old:
            cursor.execute(
                SQL("DROP TABLE IF EXISTS {}").format(Identifier("public", name))
            )
    return len(old)


def _is_older(told: str, age: dt.timedelta) -> bool:
    return dt.datetime.fromisoformat(json.loads(told)["kept"]) < clock.now() - age
