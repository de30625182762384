"""The DataStore's tables: who owns them, what is in them, under which names."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from psycopg2.sql import SQL, Composable, Identifier

from . import datastore

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


def named(names: list[str]) -> Composable:
    """Return column names as a list in SQL."""
    return SQL(", ").join(Identifier(name) for name in names)


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


def give(cursor: Any, name: str, role: str) -> None:
    """Make a role the owner of a table; both others keep reading it."""
    cursor.execute(
        SQL("ALTER TABLE public.{} OWNER TO {}").format(
            Identifier(name), Identifier(role)
        )
    )
    if role != datastore.write_role():
        cursor.execute(
            SQL("GRANT SELECT ON public.{} TO {}").format(
                Identifier(name), Identifier(datastore.write_role())
            )
        )
    for alias in aliases(cursor, name):
        # A view reads with its owner's rights.
        cursor.execute(
            SQL("ALTER VIEW public.{} OWNER TO {}").format(
                Identifier(alias), Identifier(role)
            )
        )
        if role != datastore.write_role():
            cursor.execute(
                SQL("GRANT SELECT ON public.{} TO {}").format(
                    Identifier(alias), Identifier(datastore.write_role())
                )
            )


def drop(cursor: Any, name: str) -> None:
    """Drop a table with its aliases and its total."""
    for alias in aliases(cursor, name):
        cursor.execute(SQL("DROP VIEW public.{}").format(Identifier(alias)))
    cursor.execute(SQL("DROP TABLE public.{}").format(Identifier(name)))
    cursor.execute('DELETE FROM "_table_stats" WHERE resource_id = %s', (name,))


def ensure_old_schema() -> None:
    """Make the schema that tables step back into; only their owner looks there."""
    with datastore.owning() as cursor:
        cursor.execute(
            SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(OLD_SCHEMA))
        )
