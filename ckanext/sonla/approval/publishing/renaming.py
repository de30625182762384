"""The DataStore's half of the switch: staged tables take the public names.

A rename costs the same for one row and for a million. It is done under PREPARE
TRANSACTION, so it survives a crash undecided until CKAN's commit has decided.
"""

from __future__ import annotations

import secrets
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg2
import psycopg2.errors
from psycopg2.sql import SQL, Identifier

from ckanext.sonla.approval import datastore, indexes, tables
from ckanext.sonla.approval.faults import declare, fault
from ckanext.sonla.shared import joined_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

# Longer than a query that reads rows, shorter than what readers behind us notice.
LOCK_TIMEOUT = "200ms"
GID = "sonla"

declare("switch", "renamed")


@dataclass
class Plan:
    """What changes its name: tables that step back, and staged ones that step in."""

    retired: list[str] = field(default_factory=list)
    # Staged table → public name.
    renamed: dict[str, str] = field(default_factory=dict)
    # Public name → its aliases from now on; the other tables keep those they have.
    aliases: dict[str, list[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.retired or self.renamed or self.aliases)


def prepare(revision_id: str, plan: Plan) -> str:
    """Make the plan's changes in a prepared transaction, and return its name.

    Raises:
        psycopg2.errors.LockNotAvailable: a reader holds a table; try again.
    """
    gid = f"{GID}:{revision_id}:{secrets.token_hex(4)}"
    with _by_hand() as cursor:
        cursor.execute("BEGIN")
        try:
            cursor.execute(
                "SELECT set_config('lock_timeout', %s, true)", (LOCK_TIMEOUT,)
            )
            _carry_out(cursor, revision_id, plan)
            fault("renamed")
            cursor.execute("PREPARE TRANSACTION %s", (gid,))
        except psycopg2.Error:
            # The pool doesn't know of a transaction that was begun by hand.
            if not cursor.connection.closed:
                cursor.execute("ROLLBACK")
            raise
    return gid


def finish(gid: str, *, commit: bool) -> None:
    """End a prepared transaction; one that is gone has been ended by somebody else."""
    verb = "COMMIT" if commit else "ROLLBACK"
    with _by_hand() as cursor:
        try:
            cursor.execute(f"{verb} PREPARED %s", (gid,))
        except psycopg2.errors.UndefinedObject:
            return


def undecided() -> list[tuple[str, str]]:
    """Return `(name, revision id)` of the prepared transactions that are there."""
    with _by_hand() as cursor:
        cursor.execute(
            "SELECT gid FROM pg_prepared_xacts"
            " WHERE database = current_database() AND gid LIKE %s",
            (f"{GID}:%",),
        )
        return [(row[0], row[0].split(":")[1]) for row in cursor.fetchall()]


def drop_old(older_than: float) -> int:
    """Drop the tables that stepped back some seconds ago; their exports stay.

    Args:
        older_than: seconds; a reader may still be in a younger one.
    """
    with datastore.owning() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s",
            (tables.OLD_SCHEMA,),
        )
        names = [row[0] for row in cursor.fetchall()]
        due = [
            name
            for name in names
            if int(name.split("_", 1)[0]) < time.time() - older_than
        ]
        for name in due:
            cursor.execute(
                SQL("DROP TABLE {}.{}").format(
                    Identifier(tables.OLD_SCHEMA), Identifier(name)
                )
            )
    return len(due)


@contextmanager
def _by_hand() -> Iterator[Any]:
    """Give a cursor of the owner on which BEGIN and PREPARE are said by hand."""
    options = {"isolation_level": "AUTOCOMMIT"}
    with datastore.owner_engine().connect().execution_options(**options) as connection:
        yield connection.connection.cursor()


def _carry_out(cursor: Any, revision_id: str, plan: Plan) -> None:
    wanted: dict[str, list[str]] = {}
    for staged, public in sorted(plan.renamed.items()):
        tables.grant_like(cursor, public, staged)
    for number, name in enumerate(sorted(plan.retired)):
        aliases = _step_back(cursor, name, f"{revision_id[:8]}_{number}")
        if name in plan.renamed.values():
            wanted[name] = aliases
    for staged, public in sorted(plan.renamed.items()):
        _step_in(cursor, staged, public)
    for public in plan.aliases.keys() - wanted.keys():
        _drop_aliases(cursor, public)
    # An alias may go from one table to another: all are gone before any is made.
    for public, aliases in sorted({**wanted, **plan.aliases}.items()):
        for alias in aliases:
            _make_alias(cursor, alias, public)


def _step_back(cursor: Any, name: str, suffix: str) -> list[str]:
    """Move a public table out of the public's sight, and return its aliases."""
    joined_tables.drop_over(cursor, name)
    aliases = _drop_aliases(cursor, name)
    # CKAN looks tables and indexes up by name in every schema, and the next table to
    # step back bears the same names: none may stay.
    old = f"{int(time.time())}_{suffix}"
    names = [(row, f"{old}_{n}") for n, row in enumerate(_index_names(cursor, name))]
    for index, new in names:
        cursor.execute(
            SQL("ALTER INDEX public.{} RENAME TO {}").format(
                Identifier(index), Identifier(new)
            )
        )
    _rename_sequence(cursor, name, f"{old}_seq")
    cursor.execute(
        SQL("ALTER TABLE public.{} RENAME TO {}").format(
            Identifier(name), Identifier(old)
        )
    )
    cursor.execute(
        SQL("ALTER TABLE public.{} SET SCHEMA {}").format(
            Identifier(old), Identifier(tables.OLD_SCHEMA)
        )
    )
    cursor.execute('DELETE FROM "_table_stats" WHERE resource_id = %s', (name,))
    return aliases


def _drop_aliases(cursor: Any, name: str) -> list[str]:
    aliases = tables.aliases(cursor, name)
    for alias in aliases:
        cursor.execute(SQL("DROP VIEW public.{}").format(Identifier(alias)))
    return aliases


def _step_in(cursor: Any, staged: str, public: str) -> None:
    """Give a staged table its public name, and what bears a name after it."""
    cursor.execute(
        SQL("ALTER TABLE public.{} RENAME TO {}").format(
            Identifier(staged), Identifier(public)
        )
    )
    for old, new in indexes.names(cursor, staged, public).items():
        cursor.execute(
            SQL("ALTER INDEX public.{} RENAME TO {}").format(
                Identifier(old), Identifier(new)
            )
        )
    _rename_sequence(cursor, public, f"{public}__id_seq")
    cursor.execute(
        'UPDATE "_table_stats" SET resource_id = %s WHERE resource_id = %s',
        (public, staged),
    )


def _rename_sequence(cursor: Any, table: str, name: str) -> None:
    cursor.execute(
        "SELECT pg_get_serial_sequence(format('public.%%I', %s::text), '_id')",
        (table,),
    )
    if (row := cursor.fetchone()) and row[0]:
        cursor.execute(
            SQL("ALTER SEQUENCE {} RENAME TO {}").format(SQL(row[0]), Identifier(name))
        )


def _index_names(cursor: Any, name: str) -> list[str]:
    cursor.execute(
        "SELECT indexname FROM pg_indexes"
        " WHERE schemaname = 'public' AND tablename = %s",
        (name,),
    )
    return sorted(row[0] for row in cursor.fetchall())


def _make_alias(cursor: Any, alias: str, public: str) -> None:
    cursor.execute(
        SQL("CREATE VIEW public.{} AS SELECT * FROM public.{}").format(
            Identifier(alias), Identifier(public)
        )
    )
    for role in (datastore.write_role(), datastore.read_role()):
        cursor.execute(
            SQL("GRANT SELECT ON public.{} TO {}").format(
                Identifier(alias), Identifier(role)
            )
        )
