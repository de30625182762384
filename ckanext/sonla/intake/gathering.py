"""The different values of columns that repeat theirs, gathered by one scan.

Most columns of a large table have few: a year, a commune, a kind. What is asked of such
a column is then asked of some thousand values, each with the number of its rows,
instead of a million rows; and it is read exactly, since that costs nothing any more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Composable, Identifier, Literal

from .scanning import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable

    from .columns import Column

# A smaller table is asked itself, by one scan. Of a larger one so many rows tell which
# columns repeat their values: 10,000 values have 6,300 different ones in 10,000 rows.
SAMPLE = 10_000
MOST_DIFFERENT = 0.75
# GROUPING() takes 31 columns.
MOST_COLUMNS = 24
# Processes that share the work where PostgreSQL has them.
SHARES = 2
TABLE = "sonla_values"


def gather(scanner: Scanner, columns: list[Column]) -> None:
    """Gather the different values of those of the columns that repeat theirs."""
    if not scanner.relation.is_text or not columns or not _is_large(scanner):
        return
    wanted = _repetitive(scanner, columns)
    count = max(SHARES, -(-len(wanted) // MOST_COLUMNS))
    parts = [part for part in (wanted[at::count] for at in range(count)) if part]
    if not parts:
        return
    queries = [_different(scanner, at, part) for at, part in enumerate(parts)]
    scanner.run(
        SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS {}").format(
            Identifier(TABLE), SQL(" UNION ALL ").join(queries)
        ),
        shared=True,
    )
    for at, part in enumerate(parts):
        for place, column in enumerate(part):
            scanner.gathered[column.name] = _place(at, place, len(part))


def _different(scanner: Scanner, at: int, part: list[Column]) -> Composable:
    return SQL(
        "SELECT {} AS part, GROUPING({names}) AS which, coalesce({names}) AS value,"
        " count(*) AS weight FROM {} GROUP BY GROUPING SETS ({})"
    ).format(
        Literal(at),
        scanner.relation.source,
        SQL(", ").join(SQL("({})").format(column.raw) for column in part),
        names=SQL(", ").join(column.raw for column in part),
    )


def _place(part: int, place: int, width: int) -> Composable:
    # GROUPING() has a bit for each column that a row isn't grouped by, the first one's
    # highest.
    which = (1 << width) - 1 - (1 << (width - 1 - place))
    return SQL("{} WHERE part = {} AND which = {}").format(
        Identifier("pg_temp", TABLE), Literal(part), Literal(which)
    )


def _is_large(scanner: Scanner) -> bool:
    ((rows,),) = scanner.run(
        SQL("SELECT count(*) FROM (SELECT FROM {} LIMIT {}) s").format(
            scanner.relation.source, Literal(SAMPLE)
        )
    )
    return rows == SAMPLE


def _repetitive(scanner: Scanner, columns: list[Column]) -> list[Column]:
    different = SQL(", ").join(
        SQL("count(DISTINCT {})").format(column.raw) for column in columns
    )
    (row,) = scanner.run(
        SQL("SELECT {} FROM (SELECT {} FROM {} LIMIT {}) s").format(
            different,
            SQL(", ").join(column.raw for column in columns),
            scanner.relation.source,
            Literal(SAMPLE),
        )
    )
    return [
        column
        for column, values in zip(columns, row, strict=True)
        if values < MOST_DIFFERENT * SAMPLE
    ]


def counts(
    scanner: Scanner,
    build: Callable[[Composable, list[Column], Composable], Composable],
    column: Column,
) -> list[tuple[Any, ...]]:
    """Return the rows of a query over a gathered column's different values.

    Args:
        scanner: it has gathered the column.
        build: makes the query of a FROM clause, the column there, and SQL of how many
            rows have the value.
        column: the column.
    """
    source, found = _values(scanner, column)
    return scanner.run(build(source, found, SQL("q.number")))


def rows_with(
    scanner: Scanner,
    condition: Callable[[Column], Composable],
    column: Column,
    keep: int,
) -> list[tuple[int, str | None]]:
    """Return numbers and values of the first rows with some of a column's values.

    Args:
        scanner: it has gathered the column.
        condition: makes SQL, of the column, that holds for those values.
        column: the column.
        keep: how many rows.
    """
    source, (value,) = _values(scanner, column)
    return scanner.run(
        SQL(
            "WITH w AS MATERIALIZED (SELECT {value} AS value FROM {source}"
            " WHERE {condition})"
            " SELECT {number}, {raw} FROM {relation}"
            " WHERE {raw} IN (SELECT value FROM w) OR ({raw} IS NULL"
            " AND EXISTS (SELECT 1 FROM w WHERE value IS NULL)) {order} LIMIT {keep}"
        ).format(
            value=value.raw,
            source=source,
            condition=condition(value),
            number=scanner.relation.number,
            raw=column.raw,
            relation=scanner.relation.source,
            order=scanner.in_order(scanner.relation.number),
            keep=Literal(keep),
        )
    )


def _values(scanner: Scanner, column: Column) -> tuple[Composable, list[Column]]:
    source = SQL("(SELECT value AS {}, weight FROM {}) g").format(
        column.raw, scanner.gathered[column.name]
    )
    relation = replace(scanner.relation, source=source, number=SQL("weight"))
    values = Scanner(scanner.cursor, relation, scanner.seconds)
    values.exact.add(column.name)
    return values.read([column])
