"""The rules of a Table Schema, checked set-wise in PostgreSQL.

Each rule of each field becomes one SQL predicate that is true for a wrong cell. One
scan counts them all; only the first wrong cells of those that occur are fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2.sql import SQL, Composable, Literal

from ckanext.sonla.shared.checks import BLOCKS, NEEDS_REASON, Finding
from ckanext.sonla.shared.msgid import N_

from . import constraints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .columns import Column
    from .constraints import Rule
    from .problems import Findings

# PostgreSQL's target list holds 1,664 entries.
RULES_PER_SCAN = 400
VALUE_SHOWN = 200


@dataclass(frozen=True)
class Relation:
    """Where the columns are: a FROM clause, and the expression of the row's number."""

    source: Composable
    number: Composable
    columns: list[Column]


def check(
    cursor: Any, relation: Relation, schema: dict[str, Any], findings: Findings
) -> None:
    """Check a relation against a Table Schema and add what is wrong to `findings`."""
    required = set(_keys(schema.get("primaryKey")))
    rules = []
    for column in relation.columns:
        for rule in constraints.rules_of(
            column, in_key=str(column.field["name"]) in required
        ):
            if rule.name == "pattern" and not _is_usable(cursor, rule):
                findings.add(_unusable(rule))
                continue
            rules.append(rule)
    broken = list(_counted(cursor, relation, rules))
    for position, (rule, count) in enumerate(broken):
        # No rule's findings may leave no room for those of another.
        share = max(1, findings.room // (len(broken) - position))
        keep = min(count, share, findings.room)
        _fetch(cursor, relation, rule, keep, findings)
        findings.skip(count - keep)
    for names in unique_keys(schema):
        _check_key(cursor, relation, names, findings)


def _keys(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def unique_keys(schema: dict[str, Any]) -> list[list[str]]:
    """Return the fields of each key of a Table Schema, the primary one first."""
    keys = [_keys(schema.get("primaryKey"))]
    keys += [_keys(key) for key in schema.get("uniqueKeys") or []]
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
        cursor.execute("SELECT '' ~ %s", (constraints.whole(pattern),))
    except (re.error, psycopg2.DataError):
        cursor.execute("ROLLBACK TO SAVEPOINT pattern")
        return False
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


def _counted(
    cursor: Any, relation: Relation, rules: list[Rule]
) -> Iterator[tuple[Rule, int]]:
    for start in range(0, len(rules), RULES_PER_SCAN):
        some = rules[start : start + RULES_PER_SCAN]
        counts = SQL(", ").join(
            SQL("count(*) FILTER (WHERE {})").format(rule.broken) for rule in some
        )
        cursor.execute(SQL("SELECT {} FROM {}").format(counts, relation.source))
        for rule, count in zip(some, cursor.fetchone(), strict=True):
            if count:
                yield rule, count


def _fetch(
    cursor: Any, relation: Relation, rule: Rule, keep: int, findings: Findings
) -> None:
    """Add the first cells that break a rule."""
    cursor.execute(
        SQL("SELECT {}, {} FROM {} WHERE {} ORDER BY 1 LIMIT {}").format(
            relation.number,
            rule.column.raw,
            relation.source,
            rule.broken,
            Literal(keep),
        )
    )
    for number, value in cursor.fetchall():
        findings.add(_finding(rule, number, value))


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


def _check_key(
    cursor: Any, relation: Relation, names: list[str], findings: Findings
) -> None:
    """Add the rows whose key stood in a row before; an empty value equals no other."""
    by_field = {str(column.field["name"]): column for column in relation.columns}
    if not all(name in by_field for name in names):
        return
    parts = [by_field[name] for name in names]
    numbered = SQL(
        "SELECT {number} AS number, concat_ws(' | ', {raw}) AS value, "
        "row_number() OVER (PARTITION BY {key} ORDER BY {number}) AS nth "
        "FROM {source} WHERE {present}"
    ).format(
        number=relation.number,
        raw=SQL(", ").join(part.raw for part in parts),
        key=SQL(", ").join(part.value for part in parts),
        source=relation.source,
        present=SQL(" AND ").join(
            SQL("{} IS NOT NULL").format(part.value) for part in parts
        ),
    )
    cursor.execute(SQL("SELECT count(*) FROM ({}) k WHERE nth > 1").format(numbered))
    (count,) = cursor.fetchone()
    if not count:
        return
    keep = min(count, findings.room)
    cursor.execute(
        SQL(
            "SELECT number, value FROM ({}) k WHERE nth > 1 ORDER BY number LIMIT {}"
        ).format(numbered, Literal(keep))
    )
    told = ", ".join(str(part.field.get("title") or part.name) for part in parts)
    for number, value in cursor.fetchall():
        findings.add(
            Finding(
                "unique",
                BLOCKS,
                N_("{value} stands in column {column} more than once."),
                {"value": value[:VALUE_SHOWN], "column": told},
                row=number,
                column=", ".join(part.name for part in parts),
                value=value[:VALUE_SHOWN],
            )
        )
    findings.skip(count - keep)
