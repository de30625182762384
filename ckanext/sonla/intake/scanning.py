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
SAMPLE = 10_000


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
            return self._run(build(*self.read(wanted)))
        found = self._tried(build, wanted)
        if found is None:
            self._find_exact(wanted)
            found = self._run(build(*self.read(wanted)))
        return found

    @property
    def order(self) -> Composable:
        """SQL that puts rows in the order of their numbers.

        Staged rows lie in their order; a scan of them ends with the first ones.
        """
        return SQL("") if self.relation.is_text else SQL("ORDER BY q.number")

    def counts(
        self,
        build: Callable[[Composable, list[Column], Composable], Composable],
        column: Column,
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a query over a column's different values.

        Args:
            build: makes the query of a FROM clause, the column there, and SQL of how
                many rows have the value.
            column: the column; its relation is of texts.
        """
        grouped = SQL(
            "(SELECT {0}, count(*) AS weight FROM {1} GROUP BY {0}) g"
        ).format(column.raw, self.relation.source)
        alone = Scanner(
            self.cursor, replace(self.relation, source=grouped, number=SQL("weight")),
            self.seconds,
        )  # fmt: skip
        return alone.rows(
            lambda source, found: build(source, found, SQL("q.number")), [column]
        )

    def repetitive(self, columns: list[Column]) -> list[Column]:
        """Return the columns in which the same values come again and again."""
        if not self.relation.is_text or not columns:
            return []
        cells = SQL(", ").join(column.raw for column in columns)
        different = SQL(", ").join(
            SQL("count(DISTINCT {})").format(column.raw) for column in columns
        )
        (row,) = self._run(
            SQL("SELECT count(*), {} FROM (SELECT {} FROM {} LIMIT {}) s").format(
                different, cells, self.relation.source, Literal(SAMPLE)
            )
        )
        return [
            column
            for column, values in zip(columns, row[1:], strict=True)
            if values * 2 < row[0]
        ]

    def _find_exact(self, wanted: list[Column]) -> None:
        """Note which of the columns have a text that the quick reading stops at."""

        def read(source: Composable, found: list[Column]) -> Composable:
            return SQL("SELECT count({}) FROM {}").format(found[0].value, source)

        for column in wanted:
            if column.name not in self.exact and self._tried(read, [column]) is None:
                self.exact.add(column.name)

    def _tried(self, build: Any, wanted: list[Column]) -> list[tuple[Any, ...]] | None:
        self.cursor.execute("SAVEPOINT sonla_quick")
        try:
            found = self._run(build(*self.read(wanted)))
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
