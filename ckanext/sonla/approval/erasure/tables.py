"""The DataStore's half of an erasure, prepared until CKAN's commit has decided."""

from __future__ import annotations

import logging
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg2
import psycopg2.errors
from psycopg2.sql import SQL, Composed, Identifier

import ckan.plugins.toolkit as tk
from ckanext.sonla.approval import datastore, exports, steps, tables
from ckanext.sonla.approval.faults import declare, fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .asked import Item

log = logging.getLogger(__name__)

GID = "sonla-erasure"
PATIENCE = "5s"
# Beside a table's statistics, where it goes with the table: dead rows are on the disk.
_DEAD_ROWS = "sonla_dead_rows"

declare("erase", "cleaned")


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
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", (PATIENCE,))
        yield cursor
        fault("cleaned")
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
        'INSERT INTO "_table_stats"'
        " VALUES (%s, jsonb_build_object('rows', %s, %s::text, true))"
        " ON CONFLICT (resource_id) DO UPDATE SET stats ="
        ' "_table_stats".stats || excluded.stats',
        (name, made.rows, _DEAD_ROWS),
    )
    return Cleaned(touched, made)


def close(cursor: Any, names: Iterable[str]) -> None:
    """Let no reader into tables until the erasure is decided and carried out.

    Whatever the process comes to, nobody reads what the log says was erased.
    """
    for name in sorted(names):
        cursor.execute(
            SQL("LOCK TABLE public.{} IN ACCESS EXCLUSIVE MODE").format(
                Identifier(name)
            )
        )


def drop_old(cursor: Any, revision_ids: list[str]) -> None:
    """Drop the tables of earlier revisions that stepped back and wait for their end."""
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s"
        " AND split_part(tablename, '_', 2) = ANY (%s)",
        (tables.OLD_SCHEMA, [id_[:8] for id_ in revision_ids]),
    )
    for (name,) in cursor.fetchall():
        cursor.execute(SQL("DROP TABLE {}").format(Identifier(tables.OLD_SCHEMA, name)))


def rewrite() -> None:
    """Write tables anew that an erasure left dead rows in: nothing stays on the disk.

    One that a reader holds is left to the next tick.
    """
    with closing(_connection()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", (PATIENCE,))
        cursor.execute(
            'SELECT resource_id FROM "_table_stats" WHERE stats ? %s', (_DEAD_ROWS,)
        )
        for (name,) in cursor.fetchall():
            _rewrite(cursor, name)


def _rewrite(cursor: Any, name: str) -> None:
    try:
        if tables.owner_of(cursor, name) is not None:
            cursor.execute(SQL("VACUUM FULL public.{}").format(Identifier(name)))
    except psycopg2.errors.LockNotAvailable:
        log.info("A reader holds %s: it is written anew later", name)
        return
    cursor.execute(
        'UPDATE "_table_stats" SET stats = stats - %s::text WHERE resource_id = %s',
        (_DEAD_ROWS, name),
    )


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
    connection = psycopg2.connect(tk.config[datastore.OWNER_URL])
    # BEGIN and PREPARE are said by hand: psycopg2 must not begin by itself.
    connection.autocommit = True
    return connection
