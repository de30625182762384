"""Views that join the published tables of several datasets, in a schema of their own.

CKAN takes every view of its own schema for another name of a table, so these stand
beside it. A view holds on to the tables that it was made of, whatever these are called
later: so whoever takes a table from the public's sight drops the views over it first,
in the same transaction, and the feature that made them makes them anew.
"""

from __future__ import annotations

from typing import Any

from psycopg2.sql import SQL, Identifier

SCHEMA = "sonla_entries"


def drop_over(cursor: Any, table: str) -> list[str]:
    """Drop the joining views over a table of CKAN's schema.

    Args:
        cursor: of the role that owns published tables.
        table: the table's name.

    Returns:
        The names of the views that were dropped.
    """
    cursor.execute(
        """
        SELECT DISTINCT view.relname
        FROM pg_depend
             JOIN pg_rewrite ON pg_rewrite.oid = pg_depend.objid
             JOIN pg_class AS view ON view.oid = pg_rewrite.ev_class
             JOIN pg_namespace ON pg_namespace.oid = view.relnamespace
        WHERE pg_depend.classid = 'pg_rewrite'::regclass
          AND pg_depend.refclassid = 'pg_class'::regclass
          AND pg_depend.refobjid = to_regclass(format('public.%%I', %s::text))
          AND nspname = %s
        """,
        (table, SCHEMA),
    )
    names = sorted(row[0] for row in cursor.fetchall())
    for name in names:
        cursor.execute(SQL("DROP VIEW IF EXISTS {}").format(Identifier(SCHEMA, name)))
    return names
