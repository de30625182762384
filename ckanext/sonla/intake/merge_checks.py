"""What keeps a part from being put into its table, told by row, column and value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Composable, Identifier, Literal

from ckanext.sonla.shared import clock, table_updates
from ckanext.sonla.shared.checks import BLOCKS, Finding
from ckanext.sonla.shared.msgid import N_

from . import columns, datastore, names, periods, rules

if TYPE_CHECKING:
    from ckanext.sonla.shared.table_updates import TableUpdate

    from .merging import Merge
    from .problems import Findings

_THERE = {
    table_updates.ADD: N_("{value} in column {column} is in the public table already."),
    table_updates.PERIOD: N_(
        "{value} in column {column} is in the public table already, in another period."
    ),
    table_updates.KEY: N_(
        "{value} in column {column} is in the public table already, under another key."
    ),
}


def possible(
    cursor: Any, update: TableUpdate, schema: dict[str, Any], findings: Findings
) -> None:
    """Find why a table can't be updated so at all: by its columns, key or period."""
    existing = datastore.existing_columns(cursor, update.base)
    wanted = dict(_wanted(schema))
    if not existing:
        nothing = N_("There is no public table to update yet.")
        findings.add(Finding("update.base", BLOCKS, nothing))
        return
    alike = {
        name
        for name, kind in wanted.items()
        if name in existing and existing[name] in columns.ALIKE[kind]
    }
    for name in sorted({*wanted, *existing} - alike):
        findings.add(_other_column(name))
    if update.mode == table_updates.PERIOD:
        reason = periods.refusal(schema, clock.parse_period(update.period or ""))
        if reason:
            findings.add(Finding("update.period", BLOCKS, reason))
    if update.mode == table_updates.KEY and not schema.get("primaryKey"):
        findings.add(
            Finding(
                "update.key",
                BLOCKS,
                N_("The table has no primary key, so rows can't be updated by it."),
            )
        )


def check(merge: Merge, findings: Findings) -> None:
    """Find the part's rows that don't go with the rows of the public table that stay.

    Each row obeys the Table Schema by itself already.
    """
    if merge.update.mode == table_updates.PERIOD:
        _outside_period(merge, findings)
    for key in rules.unique_keys(merge.schema):
        key_columns = _columns_of(merge, key)
        if merge.update.mode == table_updates.KEY and key_columns == merge.key:
            continue
        if key_columns:
            _there_already(merge, key_columns, findings)


def _wanted(schema: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, columns.pg_type(field)) for field, name in names.of_fields(schema)]


def _other_column(name: str) -> Finding:
    return Finding(
        "update.columns",
        BLOCKS,
        N_(
            "Column {column} isn't the same in the public table: this time the file "
            "must replace all of it."
        ),
        {"column": name},
        column=name,
    )


def _outside_period(merge: Merge, findings: Findings) -> None:
    found = periods.column_of(merge.schema)
    if found is None:
        return
    name, field = found
    rule = _Rule(
        "update.period",
        N_("{value} in column {column} is not in period {period}."),
        [name],
        {"column": str(field.get("title") or name), "period": merge.update.period},
    )
    _add(merge, findings, rule, SQL("({}) IS NOT TRUE").format(merge.within("t")))


def _there_already(merge: Merge, key: list[str], findings: Findings) -> None:
    stays = SQL("EXISTS (SELECT 1 FROM {} b WHERE {} AND {})").format(
        merge.base, merge.same(key), merge.stays()
    )
    told = {"column": ", ".join(_title(merge, name) for name in key)}
    rule = _Rule("unique", _THERE[merge.update.mode], key, told)
    _add(merge, findings, rule, stays)


@dataclass(frozen=True)
class _Rule:
    """A rule of the part's rows: its name and sentence, and what its findings show."""

    name: str
    message: str
    shown: list[str]
    params: dict[str, Any]


def _add(merge: Merge, findings: Findings, rule: _Rule, broken: Composable) -> None:
    """Count the part's rows that break a rule, and fetch the first ones."""
    where = SQL("FROM {} t WHERE {}").format(merge.part, broken)
    count = merge.scalar(SQL("SELECT count(*) {}").format(where))
    keep = min(count, max(1, findings.room))
    if not count:
        return
    merge.cursor.execute(
        SQL("SELECT t._id, concat_ws(' | ', {}) {} ORDER BY 1 LIMIT {}").format(
            SQL(", ").join(SQL("t.{}").format(Identifier(name)) for name in rule.shown),
            where,
            Literal(keep),
        )
    )
    for number, text in merge.cursor.fetchall():
        value = text[: rules.VALUE_SHOWN]
        findings.add(
            Finding(
                rule.name,
                BLOCKS,
                rule.message,
                {**rule.params, "value": value},
                row=number,
                column=", ".join(rule.shown),
                value=value,
            )
        )
    findings.skip(count - keep)


def _columns_of(merge: Merge, key: list[str]) -> list[str]:
    by_field = {
        str(one["name"]): name
        for one, name in zip(merge.layout.fields, merge.layout.names, strict=True)
    }
    return [by_field[one] for one in key] if all(one in by_field for one in key) else []


def _title(merge: Merge, name: str) -> str:
    field = merge.layout.fields[merge.layout.names.index(name)]
    return str(field.get("title") or name)
