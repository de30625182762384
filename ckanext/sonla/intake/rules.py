"""The rules of a Table Schema, checked set-wise in PostgreSQL.

Each rule of each field becomes one SQL predicate that is true for a wrong cell. One
scan counts them all; only the first wrong cells of those that occur are fetched. Keys
are one scan more each.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2.sql import SQL, Composable, Literal

from ckanext.sonla.shared import policy
from ckanext.sonla.shared.checks import BLOCKS, NEEDS_REASON, Finding
from ckanext.sonla.shared.msgid import N_

from . import constraints, key_rules
from .columns import reads_all
from .scanning import Relation, Scanner, Stopped, limited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .columns import Column
    from .constraints import Rule
    from .problems import Findings
    from .references import ForeignKey

# PostgreSQL keeps 32 regular expressions ready; a scan that asks more reads them anew
# for every row.
COLUMNS_PER_SCAN = 24
PATTERN_SECONDS = 5
VALUE_SHOWN = 200


def check(
    cursor: Any,
    relation: Relation,
    schema: dict[str, Any],
    findings: Findings,
    references: list[ForeignKey] | None = None,
) -> None:
    """Check a relation against a Table Schema and add what is wrong to `findings`.

    Args:
        cursor: of the DataStore, in a transaction.
        relation: where the columns are.
        schema: the Table Schema.
        findings: counts what is wrong and keeps the first.
        references: the schema's foreign keys, as `references.of` gives them.
    """
    usable = list(usable_rules(cursor, relation, schema, findings))
    with limited(cursor, relation, policy.number("check_seconds")) as scanner:
        try:
            _check_cells(scanner, usable, findings)
            for names in unique_keys(schema):
                key_rules.check_unique(scanner, names, findings)
            for key in references or []:
                key_rules.check_foreign(scanner, key, findings)
        except Stopped:
            findings.add(_stopped(scanner.seconds))


def _stopped(seconds: int) -> Finding:
    return Finding(
        "check.slow",
        BLOCKS,
        N_(
            "Checking the table took longer than {seconds} seconds and was stopped; "
            "tell the operator, who may simplify the catalogue's patterns."
        ),
        {"seconds": seconds},
    )


def usable_rules(
    cursor: Any, relation: Relation, schema: dict[str, Any], findings: Findings
) -> Iterator[tuple[Column, str]]:
    """Yield each column with the names of its rules; a bad pattern is a finding."""
    required = set(keys_of(schema.get("primaryKey")))
    for column in relation.columns:
        in_key = str(column.field["name"]) in required
        for rule in constraints.rules_of(column, in_key=in_key):
            if rule.name == "pattern" and not _is_usable(cursor, rule):
                findings.add(_unusable(rule))
            else:
                yield column, rule.name


def keys_of(value: Any) -> list[str]:
    """Return the fields of a key, which may be written as one text."""
    return [value] if isinstance(value, str) else list(value or [])


def unique_keys(schema: dict[str, Any]) -> list[list[str]]:
    """Return the fields of each key of a Table Schema, the primary one first."""
    keys = [keys_of(schema.get("primaryKey"))]
    keys += [keys_of(key) for key in schema.get("uniqueKeys") or []]
    keys += [
        [str(one["name"])]
        for one in schema.get("fields") or []
        if (one.get("constraints") or {}).get("unique")
    ]
    found: list[list[str]] = []
    for key in keys:
        if key and key not in found:
            found.append(key)
    return found


def _is_usable(cursor: Any, rule: Rule) -> bool:
    """Tell whether PostgreSQL understands a pattern, so that a typo is a finding."""
    pattern = str((rule.column.field.get("constraints") or {})["pattern"])
    cursor.execute("SAVEPOINT pattern")
    try:
        re.compile(pattern)
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true)", (f"{PATTERN_SECONDS}s",)
        )
        cursor.execute("SELECT '' ~ %s", (constraints.whole(pattern),))
    except (re.error, psycopg2.DataError, psycopg2.extensions.QueryCanceledError):
        return False
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT pattern")
        cursor.execute("RELEASE SAVEPOINT pattern")
    return True


def _unusable(rule: Rule) -> Finding:
    return Finding(
        "pattern.unusable",
        NEEDS_REASON,
        N_(
            "The catalogue's pattern for column {column} can't be used; tell the "
            "operator."
        ),
        {"column": rule.column.name},
        column=rule.column.name,
    )


def _check_cells(
    scanner: Scanner, usable: list[tuple[Column, str]], findings: Findings
) -> None:
    broken = list(counted(scanner, usable))
    for position, (column, name, count) in enumerate(broken):
        # No rule's findings may leave no room for those of another.
        share = max(1, findings.room // (len(broken) - position))
        keep = min(count, share, findings.room)
        for finding in first(scanner, column, name, keep):
            findings.add(finding)
        findings.skip(count - keep)


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
    costly = [column for column in columns if _is_costly(column)]
    repetitive = scanner.repetitive(costly)
    for column in repetitive:
        yield from _counted_once(scanner, column, usable)
    columns = [column for column in columns if column not in repetitive]
    for start in range(0, len(columns), COLUMNS_PER_SCAN):
        some = columns[start : start + COLUMNS_PER_SCAN]
        asked: list[Rule] = []

        def counts(
            source: Composable, found: list[Column], asked: list[Rule] = asked
        ) -> Composable:
            asked[:] = rules_at(found, usable)
            counts_ = SQL(", ").join(
                SQL("count(*) FILTER (WHERE {})").format(rule.broken) for rule in asked
            )
            return SQL("SELECT {} FROM {}").format(counts_, source)

        by_name = {column.name: column for column in some}
        (row,) = scanner.rows(counts, some)
        for rule, count in zip(asked, row, strict=True):
            if count:
                yield by_name[rule.column.name], rule.name, count


def _is_costly(column: Column) -> bool:
    """Tell whether reading a value costs more than finding that it came before."""
    given = column.field.get("constraints") or {}
    if column.kind == "string":
        return bool(given.get("pattern")) or not reads_all(column.field)
    return column.kind not in ("integer", "year", "boolean", "any")


def _counted_once(
    scanner: Scanner, column: Column, usable: list[tuple[Column, str]]
) -> Iterator[tuple[Column, str, int]]:
    """Count as `counted` does, and read each different value once."""
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

    (row,) = scanner.counts(query, column)
    for rule, count in zip(asked, row, strict=True):
        if count:
            yield column, rule.name, count


def first(scanner: Scanner, column: Column, name: str, keep: int) -> Iterator[Finding]:
    """Yield the first cells that break a rule."""
    asked: list[Rule] = []

    def query(source: Composable, found: list[Column]) -> Composable:
        asked[:] = rules_at(found, [(column, name)])
        return SQL("SELECT q.number, {} FROM {} WHERE {} {} LIMIT {}").format(
            found[0].raw, source, asked[0].broken, scanner.order, Literal(keep)
        )

    for number, value in scanner.rows(query, [column]) if keep else []:
        yield _finding(asked[0], number, value)


def _finding(rule: Rule, number: int, value: str | None) -> Finding:
    shown = None if value is None else value[:VALUE_SHOWN]
    params = {
        **rule.params,
        "column": rule.column.field.get("title") or rule.column.name,
        **({} if shown is None else {"value": shown}),
    }
    return Finding(
        rule.name,
        BLOCKS,
        rule.message,
        params,
        row=number,
        column=rule.column.name,
        value=shown,
    )


__all__ = [
    "Relation",
    "check",
    "counted",
    "first",
    "keys_of",
    "rules_at",
    "unique_keys",
    "usable_rules",
]
