"""The rules of a Table Schema, checked set-wise in PostgreSQL.

Each rule of each field becomes one SQL predicate that is true for a wrong cell. Two
scans count them all; only the first wrong cells of those that occur are fetched. Keys
are one scan more each.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2.sql import SQL, Composable, Literal

from ckanext.sonla.shared import policy
from ckanext.sonla.shared.checks import BLOCKS, NEEDS_REASON, Finding
from ckanext.sonla.shared.msgid import N_

from . import constraints, gathering, key_rules
from .counting import counted, rules_at, worth_gathering
from .scanning import Relation, Scanner, Stopped, limited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .columns import Column
    from .constraints import Rule
    from .problems import Findings
    from .references import ForeignKey

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
            columns = worth_gathering(relation, usable, references or [])
            gathering.gather(scanner, columns)
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


def first(scanner: Scanner, column: Column, name: str, keep: int) -> Iterator[Finding]:
    """Yield the first cells that break a rule."""
    asked: list[Rule] = []
    if keep and column.name in scanner.gathered:

        def broken(value: Column) -> Composable:
            asked[:] = rules_at([value], [(column, name)])
            return asked[0].broken

        for number, value in gathering.rows_with(scanner, broken, column, keep):
            yield _finding(replace(asked[0], column=column), number, value)
        return

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
