"""Personal data, which open data must not have (article 3 of Decree 13/2023/NĐ-CP).

The tables are searched set-wise in PostgreSQL: one scan says which columns have long
numbers or mailboxes at all, and only those are looked at more closely.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from psycopg2.sql import SQL, Composable, Identifier, Literal

from ckanext.sonla.approval import tables
from ckanext.sonla.shared import clock, policy
from ckanext.sonla.shared.checks import (
    BLOCKS,
    INFORMS,
    NEEDS_REASON,
    Check,
    Rule,
    register_check,
)
from ckanext.sonla.shared.msgid import N_, NN_

from . import personal_patterns as patterns
from . import reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.shared.checks import Finding

_NUMBERS = ("bigint", "integer", "numeric")
# Written out, which PostgreSQL matches twice as fast as a count.
_LONG_NUMBER = "[ .-]?".join(["[0-9]"] * 8)
# Fewer alike values, or less than half of a column, may be chance.
_FEWEST = 3
_NAMED = {"identity", "account", "tax", "phone"}


@register_check
class PersonalData(Check):
    """Nobody's identity, telephone or account is published without need."""

    name = "approval.personal"
    title = N_("Personal data")
    rules: ClassVar[dict[str, Rule]] = {
        "personal.identity": Rule(
            BLOCKS,
            *NN_(
                "Column {label} has {count} citizen's or identity card number, such "
                "as {example}. Remove it.",
                "Column {label} has {count} citizens' or identity card numbers, such "
                "as {example}. Remove them.",
            ),
        ),
        "personal.identity_like": Rule(
            NEEDS_REASON,
            *NN_(
                "Column {label} has {count} number built like a citizen's number, "
                "such as {example}.",
                "Column {label} has {count} numbers built like citizens' numbers, "
                "such as {example}.",
            ),
        ),
        "personal.mobile": Rule(
            NEEDS_REASON,
            *NN_(
                "Column {label} has {count} mobile telephone number, such as "
                "{example}.",
                "Column {label} has {count} mobile telephone numbers, such as "
                "{example}.",
            ),
        ),
        "personal.mailbox": Rule(
            NEEDS_REASON,
            *NN_(
                "Column {label} has {count} private mailbox, such as {example}.",
                "Column {label} has {count} private mailboxes, such as {example}.",
            ),
        ),
        "personal.account": Rule(
            NEEDS_REASON,
            *NN_(
                "Column {label} has {count} bank account, such as {example}.",
                "Column {label} has {count} bank accounts, such as {example}.",
            ),
        ),
        "personal.tax": Rule(
            NEEDS_REASON,
            *NN_(
                "Column {label} has {count} tax code of a person, such as {example}.",
                "Column {label} has {count} tax codes of persons, such as {example}.",
            ),
        ),
        "personal.birth": Rule(
            NEEDS_REASON,
            N_("Columns {names} and {label} name persons with their birth dates."),
        ),
        "personal.names": Rule(INFORMS, N_("Column {label} seems to name persons.")),
        "personal.text": Rule(
            NEEDS_REASON,
            N_("The text seems to have somebody's identity number in it: {example}."),
        ),
        "personal.sampled": Rule(
            INFORMS,
            N_(
                "“{file}” is so long that only a sample of its rows was searched for "
                "personal data."
            ),
        ),
    }  # fmt: skip

    def run(self, package: dict[str, Any]) -> Iterator[Finding]:
        yield from self._in_texts(package, None)
        for resource in package.get("resources") or []:
            yield from self._in_texts(resource, resource["id"])
        if not tables.is_on():
            return
        with reading.cursor() as cursor:
            for table in reading.own_tables(cursor, package):
                yield from self._in_table(cursor, table)

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
        for column in _suspects(cursor, source, table.columns, kinds):
            for rule, pattern in _questions(kinds[column.name]):
                count, distinct, row, value = _counted(cursor, source, column, pattern)
                if not count or (
                    rule == "personal.identity_like" and distinct < _FEWEST
                ):
                    continue
                yield self.found(
                    rule,
                    resource_id=table.id,
                    column=column.name,
                    count=count,
                    row=row,
                    label=_label(column),
                    example=patterns.masked(value),
                )
                break

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


def _questions(kind: str | None) -> list[tuple[str, str]]:
    """Return the rules to try on a column and their patterns, the gravest first."""
    citizen = patterns.citizens_number(clock.today().year)
    identity = f"^({citizen}|{patterns.OLD_CARD})$"
    by_kind = {
        "identity": [("personal.identity", identity)],
        "account": [("personal.account", f"^{patterns.ACCOUNT}$")],
        "tax": [("personal.tax", f"^({patterns.PERSONS_TAX}|{citizen})$")],
    }
    return [
        *by_kind.get(kind or "", []),
        ("personal.identity_like", f"^{citizen}$"),
        ("personal.identity", patterns.IN_TEXT),
        ("personal.mobile", rf"(^|[^0-9+]){patterns.MOBILE}($|[^0-9])"),
        ("personal.mailbox", patterns.MAILBOX),
    ]


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
