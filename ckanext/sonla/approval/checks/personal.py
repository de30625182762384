"""Personal data, which open data must not have (article 3 of Decree 13/2023/NĐ-CP).

The tables are searched set-wise in PostgreSQL: one scan says which columns have long
numbers or mailboxes at all, and only those are looked at more closely.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from psycopg2.sql import SQL, Composable, Identifier, Literal

from ckanext.sonla.approval import datastore, tables
from ckanext.sonla.shared import clock, policy
from ckanext.sonla.shared import personal_patterns as patterns
from ckanext.sonla.shared.checks import NEEDS_REASON, Check, Rule, register_check
from ckanext.sonla.shared.msgid import N_

from . import personal_known, reading
from .personal_rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.shared.checks import Finding

_NUMBERS = ("bigint", "integer", "numeric")
# Written out, which PostgreSQL matches twice as fast as a count.
_LONG_NUMBER = "[ .-]?".join(["[0-9]"] * 8)
# Fewer alike values, or less than half of a column, may be chance.
_FEWEST = 3
_HALF, _MOST = 50, 80
# Known by nothing but the form of the number, which others may have too.
_BY_FORM = {"personal.identity_like", "personal.card_like"}
_NAMED = {"identity", "account", "tax", "phone"}


@register_check
class PersonalData(Check):
    """Nobody's identity, telephone or account is published without need."""

    name = "approval.personal"
    title = N_("Personal data")
    rules: ClassVar[dict[str, Rule]] = RULES

    def run(self, package: dict[str, Any]) -> Iterator[Finding]:
        yield from self._in_texts(package, None)
        for resource in package.get("resources") or []:
            yield from self._in_texts(resource, resource["id"])
        if not datastore.is_on():
            return
        known = personal_known.Known(package)
        with reading.cursor() as cursor:
            for table in reading.own_tables(cursor, package):
                for finding in self._in_table(cursor, table):
                    yield known.weighed(self, table, finding)

    def _in_texts(
        self, part: dict[str, Any], resource_id: str | None
    ) -> Iterator[Finding]:
        for field in ("title", "notes", "name", "description"):
            met = re.search(patterns.IN_TEXT, str(part.get(field) or ""), re.IGNORECASE)
            if met:
                yield self.found(
                    "personal.text",
                    field=field,
                    resource_id=resource_id,
                    example=patterns.masked(met.group()[-12:].strip()),
                )

    def _in_table(self, cursor: Any, table: reading.Table) -> Iterator[Finding]:
        kinds = {
            column.name: patterns.kind_of(column.info.get("label") or "", column.name)
            for column in table.columns
        }
        yield from self._by_names(table, kinds)
        source, sampled = _searched(cursor, table)
        if sampled:
            yield self.found(
                "personal.sampled",
                resource_id=table.id,
                file=reading.label(table.resource),
            )
        beside_names = "name" in kinds.values()
        for column in _suspects(cursor, source, table.columns, kinds):
            met = _met(cursor, source, column, kinds[column.name], beside_names)
            if met is not None:
                yield self._told(table, column, met)

    def _told(self, table: reading.Table, column: tables.Column, met: _Met) -> Finding:
        return self.found(
            met.rule,
            met.severity,
            resource_id=table.id,
            column=column.name,
            count=met.count,
            row=met.row,
            label=_label(column),
            example=patterns.masked(met.value),
            # A bare percent sign is a command to the plural's translation.
            share=f"{met.share} %",
            confidence=met.confidence,
        )

    def _by_names(
        self, table: reading.Table, kinds: dict[str, str | None]
    ) -> Iterator[Finding]:
        labels = {column.name: _label(column) for column in table.columns}
        named = [name for name, kind in kinds.items() if kind == "name"]
        births = [name for name, kind in kinds.items() if kind == "birth"]
        if named and births:
            yield self.found(
                "personal.birth",
                resource_id=table.id,
                column=births[0],
                label=labels[births[0]],
                names=", ".join(labels[name] for name in named),
                confidence="high",
            )
        elif named:
            yield self.found(
                "personal.names",
                resource_id=table.id,
                column=named[0],
                label=", ".join(labels[name] for name in named),
            )


def _label(column: tables.Column) -> str:
    return column.info.get("label") or column.name


@dataclass(frozen=True)
class _Question:
    """What is asked of a column: which rule, and how its values look.

    `named` says that the column is called so, `least` the percentage of its cells that
    must look so.
    """

    rule: str
    pattern: str
    named: bool = False
    least: int = 0


@dataclass(frozen=True)
class _Met:
    """What of a rule was met in a column; `share` is a percentage of its cells."""

    rule: str
    count: int
    row: int | None
    value: str
    share: int
    confidence: str
    severity: str | None = None


def _questions(kind: str | None, *, beside_names: bool) -> list[_Question]:
    """Return what to ask of a column, the gravest first."""
    citizen = patterns.citizens_number(clock.today().year)
    identity = f"^({citizen}|{patterns.OLD_CARD})$"
    tax = f"^({patterns.PERSONS_TAX}|{citizen})$"
    by_kind = {
        "identity": [_Question("personal.identity", identity, named=True)],
        "account": [_Question("personal.account", f"^{patterns.ACCOUNT}$", named=True)],
        "tax": [_Question("personal.tax", tax, named=True)],
    }
    cards = [_Question("personal.card_like", f"^{patterns.CARD}$", least=_MOST)]
    return [
        *by_kind.get(kind or "", []),
        _Question("personal.identity_like", f"^{citizen}$"),
        _Question("personal.identity", patterns.IN_TEXT, named=True),
        _Question("personal.account", patterns.ACCOUNT_IN_TEXT, named=True),
        _Question("personal.mobile", rf"(^|[^0-9+]){patterns.MOBILE}($|[^0-9])"),
        _Question("personal.mailbox", patterns.MAILBOX),
        *(cards if beside_names and kind is None else []),
    ]


def _met(
    cursor: Any,
    source: Composable,
    column: tables.Column,
    kind: str | None,
    beside_names: bool,
) -> _Met | None:
    """Return the gravest thing that a column has, and how sure that is."""
    for asked in _questions(kind, beside_names=beside_names):
        count, distinct, row, value = _counted(cursor, source, column, asked.pattern)
        if not count:
            continue
        by_chance = asked.rule in _BY_FORM
        if by_chance and distinct < _FEWEST:
            continue
        filled = _filled(cursor, source, column)
        share = min(100, round(100 * count / max(filled, 1)))
        if share < asked.least:
            continue
        many = share >= _HALF
        sure = "high" if asked.named or (many and not by_chance) else "medium"
        if asked.rule == "personal.identity_like":
            # One number of twelve digits in fifty is built so by chance.
            sure, severity = ("high", None) if many else ("low", NEEDS_REASON)
            return _Met(asked.rule, count, row, value, share, sure, severity)
        return _Met(asked.rule, count, row, value, share, sure)
    return None


def _searched(cursor: Any, table: reading.Table) -> tuple[Composable, bool]:
    """Return what is searched in SQL: the table, or a sample of a huge one."""
    most = policy.number("personal_rows")
    cursor.execute(SQL("SELECT count(*) FROM {}").format(table.source))
    (rows,) = cursor.fetchone()
    if rows <= most:
        return table.source, False
    # Repeatable: a check must say the same at submit as it said before.
    return (
        SQL("{} TABLESAMPLE SYSTEM ({}) REPEATABLE (782)").format(
            table.source, Literal(100 * most / rows)
        ),
        True,
    )


def _suspects(
    cursor: Any,
    source: Composable,
    columns: list[tables.Column],
    kinds: dict[str, str | None],
) -> list[tables.Column]:
    """Return the columns that have long numbers or mailboxes in any cell."""
    asked = [
        column
        for column in columns
        if column.type == "text"
        or (column.type in _NUMBERS and kinds[column.name] in _NAMED)
    ]
    if not asked:
        return []
    cursor.execute(
        SQL("SELECT {} FROM {}").format(
            SQL(", ").join(
                SQL("bool_or({cell} ~ {number} OR strpos({cell}, '@') > 0)").format(
                    cell=_cell(column), number=Literal(_LONG_NUMBER)
                )
                for column in asked
            ),
            source,
        )
    )
    return [column for column, met in zip(asked, cursor.fetchone(), strict=True) if met]


def _cell(column: tables.Column) -> Composable:
    return SQL("{}::text").format(Identifier(column.name))


def _filled(cursor: Any, source: Composable, column: tables.Column) -> int:
    name = Identifier(column.name)
    cursor.execute(SQL("SELECT count({}) FROM {}").format(name, source))
    return cursor.fetchone()[0]


def _counted(
    cursor: Any, source: Composable, column: tables.Column, pattern: str
) -> tuple[int, int, int | None, str]:
    """Return how many cells match, how many different ones, and the first of them."""
    cell = _cell(column)
    if pattern.startswith("^"):
        # A whole cell may be written in groups: 014 085 001234.
        cell = SQL("translate({}, ' .-', '')").format(cell)
    cursor.execute(
        SQL(
            "SELECT count(*), count(DISTINCT value), min(_id),"
            " (array_agg(value ORDER BY _id))[1] FROM ("
            " SELECT _id, {cell} AS value FROM {source}"
            " WHERE {cell} ~* {pattern}) AS met"
        ).format(cell=cell, source=source, pattern=Literal(pattern))
    )
    count, distinct, row, value = cursor.fetchone()
    return count, distinct, row, value or ""
