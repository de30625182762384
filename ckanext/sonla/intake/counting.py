"""How many cells break each rule: by different values where few, else by rows.

Rows are screened first. A cell that is written as PostgreSQL writes it, and obeys all
rules of its column, costs a fraction of the exact reading; only columns with another
cell are read again, exactly and rule by rule.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from psycopg2.sql import SQL, Composable

from . import canonical, constraints, gathering
from .columns import reads_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .columns import Column
    from .constraints import Rule
    from .references import ForeignKey
    from .scanning import Relation, Scanner

# PostgreSQL keeps 32 regular expressions ready; a scan that asks more reads them anew
# for every row.
COLUMNS_PER_SCAN = 24


def rules_at(columns: list[Column], usable: list[tuple[Column, str]]) -> list[Rule]:
    """Return the rules of columns as a scan sees them; `usable` names which.

    Args:
        columns: the columns in the scan's own FROM clause.
        usable: pairs of a column and a rule's name.
    """
    wanted = {(column.name, rule) for column, rule in usable}
    return [
        rule
        for column in columns
        for rule in constraints.rules_of(column, in_key=True)
        if (column.name, rule.name) in wanted
    ]


def counted(
    scanner: Scanner, usable: list[tuple[Column, str]]
) -> Iterator[tuple[Column, str, int]]:
    """Yield the rules that cells break, as column and name, and how many do."""
    columns = list({column.name: column for column, _rule in usable}.values())
    counts: dict[tuple[str, str], int] = {}
    for column in columns:
        if column.name in scanner.gathered:
            counts |= _counted_once(scanner, column, usable)
    columns = [column for column in columns if column.name not in scanner.gathered]
    for start in range(0, len(columns), COLUMNS_PER_SCAN):
        some = columns[start : start + COLUMNS_PER_SCAN]
        doubtful = _doubtful(scanner, some, usable)
        if doubtful:
            counts |= _counted_by_rows(scanner, doubtful, usable)
    for column, rule in usable:
        if counts.get((column.name, rule)):
            yield column, rule, counts[column.name, rule]


def _doubtful(
    scanner: Scanner, columns: list[Column], usable: list[tuple[Column, str]]
) -> list[Column]:
    """Return the columns with a cell that isn't plainly right at the first glance."""
    if not scanner.relation.is_text:
        return columns
    doubts = {column.name: _doubt(column, usable) for column in columns}
    asked = [(name, doubt) for name, doubt in doubts.items() if doubt is not None]
    if not asked:
        return columns
    query = SQL("SELECT {} FROM {}").format(
        SQL(", ").join(
            SQL("count(*) FILTER (WHERE {})").format(doubt) for _name, doubt in asked
        ),
        scanner.relation.source,
    )
    found = scanner.tried(query, shared=True)
    if found is None:
        return columns
    clear = {
        name for (name, _doubt), count in zip(asked, found[0], strict=True) if not count
    }
    return [column for column in columns if column.name not in clear]


def _doubt(column: Column, usable: list[tuple[Column, str]]) -> Composable | None:
    """Return SQL that holds for a cell unless it is plainly right; None if unknown."""
    plain, parts = replace(column, value=column.raw), []
    if not reads_all(column.field):
        reading = canonical.reading(column.field, column.raw)
        if reading is None:
            return None
        cast, test = reading
        plain = replace(column, value=cast)
        parts = [SQL("NOT ({})").format(test)]
    asked = [(one, name) for one, name in usable if name != "type"]
    parts += [SQL("({})").format(rule.broken) for rule in rules_at([plain], asked)]
    return SQL(" OR ").join(parts)


def _counted_by_rows(
    scanner: Scanner, columns: list[Column], usable: list[tuple[Column, str]]
) -> dict[tuple[str, str], int]:
    asked: list[Rule] = []

    def query(source: Composable, found: list[Column]) -> Composable:
        asked[:] = rules_at(found, usable)
        counts = SQL(", ").join(
            SQL("count(*) FILTER (WHERE {})").format(rule.broken) for rule in asked
        )
        return SQL("SELECT {} FROM {}").format(counts, source)

    (row,) = scanner.rows(query, columns)
    return _by_rule(asked, row)


def _by_rule(asked: list[Rule], row: tuple[int, ...]) -> dict[tuple[str, str], int]:
    return {
        (rule.column.name, rule.name): count
        for rule, count in zip(asked, row, strict=True)
    }


# What is asked of a cell for less than it takes to find that its value came before.
_CHEAP = {"required", "minLength", "maxLength"}


def worth_gathering(
    relation: Relation,
    usable: list[tuple[Column, str]],
    references: list[ForeignKey],
) -> list[Column]:
    """Return the columns whose different values are worth being gathered."""
    costly = {column.name for column, rule in usable if rule not in _CHEAP}
    leading = {key.fields[0] for key in references if len(key.fields) == 1}
    return [
        column
        for column in relation.columns
        if column.name in costly or str(column.field["name"]) in leading
    ]


def _counted_once(
    scanner: Scanner, column: Column, usable: list[tuple[Column, str]]
) -> dict[tuple[str, str], int]:
    """Count as `_counted_by_rows` does, and read each different value once."""
    asked: list[Rule] = []

    def query(
        source: Composable, found: list[Column], weight: Composable
    ) -> Composable:
        asked[:] = rules_at(found, usable)
        sums = SQL(", ").join(
            SQL("coalesce(sum({}) FILTER (WHERE {}), 0)::int8").format(
                weight, rule.broken
            )
            for rule in asked
        )
        return SQL("SELECT {} FROM {}").format(sums, source)

    (row,) = gathering.counts(scanner, query, column)
    return _by_rule(asked, row)
