"""Where the values are that are checked, and scans over them: each value read once.

A scan asks many questions of each row and reads each of its columns once. It is first
tried with the quick reading of `canonical`; a column with a text that stops it is read
exactly then, and the scan starts again.
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
    # Columns with a text that the quick reading stops at.
    exact: set[str] = field(init=False)
    # Columns whose different values are gathered: where each one's are.
    gathered: dict[str, Composable] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        typed = [] if self.relation.is_text else self.relation.columns
        self.exact = {column.name for column in typed}

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
        if all(column.name in self.exact for column in wanted):
            return self.run(build(*self.read(wanted)))
        found = self.tried(build(*self.read(wanted)))
        if found is None:
            self._find_exact(wanted)
            found = self.run(build(*self.read(wanted)))
        return found

    @property
    def order(self) -> Composable:
        """SQL that puts the rows of `read` in the order of their numbers."""
        return self.in_order(SQL("q.number"))

    def in_order(self, number: Composable) -> Composable:
        """Return SQL that puts rows in the order of their numbers.

        Staged rows lie in their order; a scan of them ends with the first ones.

        Args:
            number: SQL of a row's number.
        """
        if self.relation.is_text:
            return SQL("")
        return SQL("ORDER BY {}").format(number)

    def _find_exact(self, wanted: list[Column]) -> None:
        """Note which of the columns have a text that the quick reading stops at."""

        def read(source: Composable, found: list[Column]) -> Composable:
            return SQL("SELECT count({}) FROM {}").format(found[0].value, source)

        for column in wanted:
            if column.name in self.exact:
                continue
            if self.tried(read(*self.read([column]))) is None:
                self.exact.add(column.name)

    def run(self, query: Composable, *, shared: bool = False) -> list[tuple[Any, ...]]:
        """Return the rows of a query as it stands.

        Args:
            query: it may be one that returns no rows.
            shared: whether PostgreSQL may scan by several processes; the rows of a
                table come in no order then.

        Raises:
            Stopped: it took longer than `seconds`.
        """
        if shared:
            self.cursor.execute("SET LOCAL max_parallel_workers_per_gather TO DEFAULT")
        try:
            self.cursor.execute(query)
        except psycopg2.extensions.QueryCanceledError as error:
            raise Stopped from error
        found = self.cursor.fetchall() if self.cursor.description else []
        if shared:
            self.cursor.execute("SET LOCAL max_parallel_workers_per_gather TO 0")
        return found

    def tried(
        self, query: Composable, *, shared: bool = False
    ) -> list[tuple[Any, ...]] | None:
        """Return the rows of a query; None where the quick reading stops at a text."""
        self.cursor.execute("SAVEPOINT sonla_quick")
        try:
            found = self.run(query, shared=shared)
        except psycopg2.DataError:
            self.cursor.execute("ROLLBACK TO SAVEPOINT sonla_quick")
            return None
        self.cursor.execute("RELEASE SAVEPOINT sonla_quick")
        return found

    def read(self, wanted: list[Column]) -> tuple[Composable, list[Column]]:
        """Return a FROM clause that reads each column once, and its columns."""
        parts: list[Composable] = [
            SQL("{} AS number").format(self.relation.number),
        ]
        found = []
        for at, column in enumerate(wanted):
            value = column.value
            if column.name not in self.exact:
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
            " set_config('datestyle', {}, true),"
            # Rows of a table come in their order unless a scan is shared.
            " set_config('max_parallel_workers_per_gather', '0', true),"
            " set_config('synchronize_seqscans', 'off', true)"
        ).format(
            Literal(f"{seconds}s"), Literal(WORK_MEMORY), Literal(canonical.DATE_STYLE)
        )
    )
    try:
        yield Scanner(cursor, relation, seconds)
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT sonla_scans")
        cursor.execute("RELEASE SAVEPOINT sonla_scans")
