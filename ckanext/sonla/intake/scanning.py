"""Where the values are that are checked, and scans over them: each value read once.

A scan asks many questions of each row and reads each of its columns once. It is first
tried with the quick reading of `canonical`; what that can't read makes the scan start
again with the exact one, and all later ones of the same table too.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2.sql import SQL, Composable, Identifier, Literal

from . import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .columns import Column

WORK_MEMORY = "64MB"


class Stopped(Exception):  # noqa: N818 - says what happened to the scan
    """A scan took longer than it may."""


@dataclass(frozen=True)
class Relation:
    """Where the columns are: a FROM clause, and the expression of the row's number.

    The columns' `value` is the exact reading; `is_text` says that they are texts that
    nobody has typed yet, so that the quick reading may be tried.
    """

    source: Composable
    number: Composable
    columns: list[Column]
    is_text: bool = False


@dataclass
class Scanner:
    """Scans over one relation, inside `limited`."""

    cursor: Any
    relation: Relation
    seconds: int
    exact: bool = field(init=False)

    def __post_init__(self) -> None:
        self.exact = not self.relation.is_text

    def rows(
        self,
        build: Callable[[Composable, list[Column]], Composable],
        columns: Iterable[Column],
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a query.

        Args:
            build: makes the query of a FROM clause, in which `q.number` is the row's
                number, and of the columns there, in the given order.
            columns: those that the query asks for.

        Raises:
            Stopped: it took longer than `seconds`.
        """
        wanted = list(columns)
        if not self.exact:
            found = self._tried(build, wanted)
            if found is not None:
                return found
            self.exact = True
        return self._run(build(*self._read(wanted)))

    def _tried(self, build: Any, wanted: list[Column]) -> list[tuple[Any, ...]] | None:
        self.cursor.execute("SAVEPOINT sonla_quick")
        try:
            found = self._run(build(*self._read(wanted)))
        except psycopg2.DataError:
            self.cursor.execute("ROLLBACK TO SAVEPOINT sonla_quick")
            return None
        self.cursor.execute("RELEASE SAVEPOINT sonla_quick")
        return found

    def _run(self, query: Composable) -> list[tuple[Any, ...]]:
        try:
            self.cursor.execute(query)
        except psycopg2.extensions.QueryCanceledError as error:
            raise Stopped from error
        return self.cursor.fetchall()

    def _read(self, wanted: list[Column]) -> tuple[Composable, list[Column]]:
        """Return a FROM clause that reads each column once, and its columns."""
        parts: list[Composable] = [
            SQL("{} AS number").format(self.relation.number),
        ]
        found = []
        for at, column in enumerate(wanted):
            value = column.value
            if not self.exact:
                value = canonical.typed(column.field, column.raw, value)
            raw, read = Identifier(f"r{at}"), Identifier(f"v{at}")
            parts += [
                SQL("{} AS {}").format(column.raw, raw),
                SQL("{} AS {}").format(value, read),
            ]
            found.append(
                replace(
                    column, raw=SQL("q.{}").format(raw), value=SQL("q.{}").format(read)
                )
            )
        # OFFSET keeps PostgreSQL from putting the readings into each question.
        source = SQL("(SELECT {} FROM {} OFFSET 0) q").format(
            SQL(", ").join(parts), self.relation.source
        )
        return source, found


@contextmanager
def limited(cursor: Any, relation: Relation, seconds: int) -> Iterator[Scanner]:
    """Give a scanner whose every scan may take so many seconds.

    What is set for the scans is as before when they are over; they only read.
    """
    cursor.execute("SAVEPOINT sonla_scans")
    cursor.execute(
        SQL(
            "SELECT set_config('statement_timeout', {}, true),"
            " set_config('jit', 'off', true), set_config('work_mem', {}, true),"
            " set_config('datestyle', {}, true)"
        ).format(
            Literal(f"{seconds}s"), Literal(WORK_MEMORY), Literal(canonical.DATE_STYLE)
        )
    )
    try:
        yield Scanner(cursor, relation, seconds)
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT sonla_scans")
        cursor.execute("RELEASE SAVEPOINT sonla_scans")
