"""The check that a draft's table changed only what its update says.

A load changes nothing else; but the API writes tables too, row by row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from psycopg2.sql import SQL, Composable, Identifier, Literal

from ckanext.sonla.shared import clock, resource_tables, table_updates
from ckanext.sonla.shared.checks import BLOCKS, Check, Finding, Rule, register_check
from ckanext.sonla.shared.msgid import N_

from . import datastore, governed, limits, names, periods, rules
from .problems import Findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.shared.table_updates import TableUpdate


@dataclass(frozen=True)
class Pair:
    """The public table `b` and the draft's `w`, and how their rows are paired."""

    base: str
    draft: str
    key: list[str]
    shown: list[str]
    paired: Composable
    outside: Composable | None
    differs: Composable


@register_check
class Updates(Check):
    """A table that is updated in part keeps all its other rows."""

    name = "intake.updates"
    title = N_("Updates of tables")
    rules: ClassVar = {
        "update.removed": Rule(
            BLOCKS, N_("The row {value} of the public table is missing.")
        ),
        "update.changed": Rule(
            BLOCKS, N_("The row {value} of the public table was changed.")
        ),
        "update.added": Rule(
            BLOCKS, N_("The row {value} was added outside period {period}.")
        ),
    }

    def run(self, package: dict[str, Any]) -> Iterator[Finding]:
        entry = governed.entry_of(package)
        for resource in package.get("resources") or []:
            update = table_updates.update_of(resource["id"])
            if update is not None and update.is_partial:
                schema = governed.rules_of(resource, entry).schema
                yield from self._of(resource["id"], update, schema)

    def _of(
        self, resource_id: str, update: TableUpdate, schema: dict[str, Any] | None
    ) -> Iterator[Finding]:
        draft = resource_tables.table_of(resource_id)
        if draft == update.base:
            return
        found = Findings(limits.current().findings)
        with datastore.writing() as connection:
            cursor = datastore.cursor_of(connection)
            pair = _pair(cursor, update, draft, schema)
            if pair is not None:
                for rule, query in _forbidden(update, pair).items():
                    self._add(cursor, rule, query, found)
        told = {} if update.period is None else {"period": update.period}
        for finding in found.kept:
            params = {**finding.params, **told}
            yield replace(finding, resource_id=resource_id, params=params)

    def _add(self, cursor: Any, rule: str, query: Composable, found: Findings) -> None:
        """Count the rows that break a rule, and fetch the first ones."""
        cursor.execute(SQL("SELECT count(*) FROM ({}) q").format(query))
        (count,) = cursor.fetchone()
        keep = min(count, max(1, found.room))
        cursor.execute(
            SQL("SELECT number, value FROM ({}) q ORDER BY number LIMIT {}").format(
                query, Literal(keep)
            )
        )
        for number, value in cursor.fetchall():
            shown = value[: rules.VALUE_SHOWN]
            message = self.rules[rule].message
            found.add(
                Finding(
                    rule, BLOCKS, message, {"value": shown}, row=number, value=shown
                )
            )
        found.skip(count - keep)


def _pair(
    cursor: Any, update: TableUpdate, draft: str, schema: dict[str, Any] | None
) -> Pair | None:
    """Return how the tables are compared; None if their columns don't allow it."""
    before = datastore.existing_columns(cursor, update.base)
    after = datastore.existing_columns(cursor, draft)
    if set(before) != set(after):
        return None
    key = _key(schema) if schema else datastore.unique_columns(cursor, update.base)
    key = key if all(name in before for name in key) else []
    # A row keeps its number in a copy, so that tells it where no key does.
    by = key or ["_id"]
    paired = SQL(" AND ").join(
        SQL("b.{0} = w.{0}").format(Identifier(name)) for name in by
    )
    differs = SQL("({}) IS DISTINCT FROM ({})").format(
        _values("b", before), _values("w", before)
    )
    outside = None
    found = periods.column_of(schema)
    if update.mode == table_updates.PERIOD and found is not None:
        period = clock.parse_period(update.period or "")
        outside = periods.within(
            found[1], SQL("{}").format(Identifier(found[0])), period
        )
        if outside is None:
            return None
        outside = SQL("({}) IS NOT TRUE").format(outside)
    return Pair(update.base, draft, key, by, paired, outside, differs)


def _key(schema: dict[str, Any]) -> list[str]:
    by_field = {str(one["name"]): name for one, name in names.of_fields(schema)}
    key = schema.get("primaryKey") or []
    wanted = [key] if isinstance(key, str) else list(key)
    return [by_field[name] for name in wanted if name in by_field]


def _values(alias: str, present: dict[str, str]) -> Composable:
    # As text: the API may have made a column of a type that knows no equality.
    return SQL(", ").join(
        SQL("{}.{}::text").format(Identifier(alias), Identifier(name))
        for name in present
    )


def _forbidden(update: TableUpdate, pair: Pair) -> dict[str, Composable]:
    """Return, by rule, the rows that such an update must not have touched."""
    base, draft = (
        SQL("(SELECT * FROM public.{} WHERE {})").format(
            Identifier(name), pair.outside or SQL("true")
        )
        for name in (pair.base, pair.draft)
    )
    value = {
        alias: SQL("concat_ws(' | ', {})").format(
            SQL(", ").join(
                SQL("{}.{}").format(Identifier(alias), Identifier(name))
                for name in pair.shown
            )
        )
        for alias in "bw"
    }
    missing = SQL(
        "SELECT {a}._id AS number, {value} AS value FROM {one} {a}"
        " WHERE NOT EXISTS (SELECT 1 FROM {other} {b} WHERE {paired})"
    )
    removed = missing.format(
        a=SQL("b"), b=SQL("w"), value=value["b"], one=base, other=draft,
        paired=pair.paired,
    )  # fmt: skip
    changed = SQL(
        "SELECT b._id AS number, {} AS value FROM {} b JOIN {} w ON {} WHERE {}"
    ).format(value["b"], base, draft, pair.paired, pair.differs)
    if update.mode == table_updates.KEY:
        return {"update.removed": removed}
    if update.mode == table_updates.ADD:
        return {"update.removed": removed, "update.changed": changed}
    added = missing.format(
        a=SQL("w"), b=SQL("b"), value=value["w"], one=draft, other=base,
        paired=pair.paired,
    )  # fmt: skip
    return {
        "update.removed": removed,
        "update.changed": changed,
        "update.added": added,
    }
