"""The DataStore's half of an erasure, prepared until CKAN's commit has decided."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg2
import psycopg2.errors
from psycopg2.sql import SQL, Composed, Identifier

import ckan.plugins.toolkit as tk
from ckanext.sonla.approval import exports, steps, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .asked import Item

GID = "sonla-erasure"


@dataclass(frozen=True)
class Cleaned:
    """A table after an erasure: how many rows it touched, and its canonical form."""

    touched: int
    export: exports.Export


@contextmanager
def preparing(erasure_id: str) -> Iterator[Any]:
    """Give a cursor of the tables' owner; what it did is prepared at the end."""
    with closing(_connection()) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        # A reader finishes first; longer than that nobody is made to wait.
        cursor.execute("SELECT set_config('lock_timeout', '5s', true)")
        yield cursor
        cursor.execute("PREPARE TRANSACTION %s", (f"{GID}:{erasure_id}",))


def finish(erasure_id: str, *, commit: bool) -> None:
    """End a prepared erasure; one that is gone has been ended by somebody else."""
    verb = "COMMIT" if commit else "ROLLBACK"
    with closing(_connection()) as connection, connection.cursor() as cursor:
        try:
            cursor.execute(f"{verb} PREPARED %s", (f"{GID}:{erasure_id}",))
        except psycopg2.errors.UndefinedObject:
            return


def undecided() -> list[str]:
    """Return the erasures whose prepared half is there."""
    with closing(_connection()) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT gid FROM pg_prepared_xacts"
            " WHERE database = current_database() AND gid LIKE %s",
            (f"{GID}:%",),
        )
        return [row[0].split(":", 1)[1] for row in cursor.fetchall()]


def clean(cursor: Any, name: str, items: list[Item]) -> Cleaned:
    """Take rows and columns out of a table, and export what is left."""
    for setting, value in exports.SETTINGS.items():
        cursor.execute("SELECT set_config(%s, %s, true)", (setting, value))
    known = {column.name for column in tables.columns(cursor, name)}
    touched = 0
    for item in items:
        if item.rows is not None and set(item.rows) <= known:
            touched += _delete(cursor, name, item.rows)
        blank = [column for column in item.columns if column in known]
        if blank:
            touched += _blank(cursor, name, blank)
    made = exports.export(cursor, name)
    cursor.execute(
        "INSERT INTO \"_table_stats\" VALUES (%s, jsonb_build_object('rows', %s))"
        " ON CONFLICT (resource_id) DO UPDATE SET stats ="
        ' "_table_stats".stats || excluded.stats',
        (name, made.rows),
    )
    return Cleaned(touched, made)


def drop_old(cursor: Any, revision_ids: list[str]) -> None:
    """Drop the tables of earlier revisions that stepped back and wait for their end."""
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s"
        " AND split_part(tablename, '_', 2) = ANY (%s)",
        (tables.OLD_SCHEMA, [id_[:8] for id_ in revision_ids]),
    )
    for (name,) in cursor.fetchall():
        cursor.execute(SQL("DROP TABLE {}").format(Identifier(tables.OLD_SCHEMA, name)))


def rewrite(names: list[str]) -> None:
    """Write tables anew, so that nothing of dead rows stays on the disk."""
    with closing(_connection()) as connection, connection.cursor() as cursor:
        for name in names:
            cursor.execute(SQL("VACUUM FULL public.{}").format(Identifier(name)))


def _delete(cursor: Any, name: str, rows: dict[str, tuple[str | None, ...]]) -> int:
    parts: list[Composed] = []
    values: list[Any] = []
    for column, wanted in rows.items():
        texts = [value for value in wanted if value is not None]
        part = SQL("{}::text = ANY (%s)").format(Identifier(column))
        if None in wanted:
            part = SQL("({} OR {} IS NULL)").format(part, Identifier(column))
        parts.append(part)
        values.append(texts)
    cursor.execute(
        SQL("DELETE FROM public.{} WHERE {}").format(
            Identifier(name), SQL(" AND ").join(parts)
        ),
        values,
    )
    return cursor.rowcount


def _blank(cursor: Any, name: str, columns: list[str]) -> int:
    if set(columns) & set(tables.primary_key(cursor, name)):
        raise steps.conflict(
            "what", tk._("A column of the table's key can't be empty: erase its rows")
        )
    # The search text is made anew: it has every word of the row.
    emptied = [SQL("{} = NULL").format(Identifier(one)) for one in columns]
    cursor.execute(
        SQL("UPDATE public.{} SET {}, _full_text = NULL").format(
            Identifier(name), SQL(", ").join(emptied)
        )
    )
    return cursor.rowcount


def _connection() -> Any:
    connection = psycopg2.connect(tk.config[tables.OWNER_URL])
    # BEGIN and PREPARE are said by hand: psycopg2 must not begin by itself.
    connection.autocommit = True
    return connection
