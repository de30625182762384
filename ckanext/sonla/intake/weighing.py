"""How a dataset's tables would stand under other rules: rows counted, reasons named.

Nothing is written. A column that would be of another type is read as that type, so the
answer says how many of its values can't be.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Composable, Identifier

from ckan import model
from ckanext.sonla.shared import policy, resource_tables, table_rules
from ckanext.sonla.shared.checks import BLOCKS, Finding
from ckanext.sonla.shared.msgid import N_
from ckanext.sonla.shared.table_rules import Weighed

from . import columns, datastore, governed, key_rules, names, references
from . import rules as table_checks
from .columns import Column
from .problems import Findings
from .scanning import Relation, Scanner, Stopped, limited

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_REASONS = 50


@table_rules.judge
def weigh(dataset_id: str, tables: list[dict[str, Any]]) -> list[Weighed]:
    """Return what of a dataset's tables doesn't obey an entry's tables."""
    package = model.Package.get(dataset_id)
    if package is None:
        return []
    met, found = set(), []
    for resource in package.resources:
        about = {
            "url_type": resource.url_type,
            "format": resource.format,
            "url": resource.url,
            "table": (resource.extras or {}).get("table"),
        }
        governing = governed.rules_of(about, {"tables": tables})
        met.add(governing.name)
        if governing.schema is not None:
            found.append(_table(resource.id, governing.name, governing.schema))
        elif governing.unknown:
            reason = _whole("table.unknown", _UNKNOWN, 0, table=governing.unknown)
            found.append(Weighed(governing.unknown, resource.id, 0, 0, [reason]))
    for table in tables:
        if table["name"] not in met:
            title = table.get("title") or table["name"]
            reason = _whole("table.missing", _NO_TABLE, 0, table=title)
            found.append(Weighed(table["name"], None, 0, 0, [reason]))
    return [one for one in found if one.reasons]


_UNKNOWN = N_("The catalogue entry has no table named {table}.")
_NO_TABLE = N_("The catalogue asks for table {table}; no resource has it.")
_NO_COLUMN = N_("Column {column} is missing.")
_EXTRA = N_("Column {column} is not in the Table Schema.")
_OTHER_TYPE = N_(
    "Column {column} is of type {found}; the Table Schema asks for {wanted}."
)
_SLOW = N_("The table is so large that its rows could not be counted in time.")


def _whole(rule: str, message: str, count: int, **params: Any) -> dict[str, Any]:
    column = params.get("column")
    return Finding(rule, BLOCKS, message, params, column=column, count=count).as_dict()


def _table(resource_id: str, name: str | None, schema: dict[str, Any]) -> Weighed:
    table = resource_tables.table_of(resource_id)
    with datastore.writing() as connection:
        cursor = datastore.cursor_of(connection)
        existing = datastore.existing_columns(cursor, table)
        if not existing:
            reason = _whole("table.missing", _NO_TABLE, 0, table=name)
            return Weighed(name, resource_id, 0, 0, [reason])
        cursor.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table)))
        (rows,) = cursor.fetchone()
        reasons = list(_of_columns(schema, existing, rows))
        relation = _relation(table, schema, existing)
        keys = references.of(resource_id, schema)
        with limited(cursor, relation, policy.number("check_seconds")) as scanner:
            try:
                wrong, broken = _Weighing(scanner, schema, keys).run()
            except Stopped:
                wrong, broken = 0, [_whole("check.slow", _SLOW, 0)]
    if any(one["rule"] in ("column.missing", "column.unknown") for one in reasons):
        wrong = rows
    return Weighed(name, resource_id, rows, wrong, [*reasons, *broken][:MOST_REASONS])


def _of_columns(
    schema: dict[str, Any], existing: dict[str, str], rows: int
) -> Iterator[dict[str, Any]]:
    known = names.of_fields(schema)
    for field, name in known:
        wanted = columns.pg_type(field)
        shown = field.get("title") or field["name"]
        if name not in existing:
            yield _whole("column.missing", _NO_COLUMN, rows, column=shown)
        elif existing[name] not in columns.ALIKE[wanted]:
            yield _whole(
                "column.type", _OTHER_TYPE, 0,
                column=shown, found=existing[name], wanted=wanted,
            )  # fmt: skip
    for name in existing:
        if name not in {column for _field, column in known}:
            yield _whole("column.unknown", _EXTRA, rows, column=name)


def _relation(table: str, schema: dict[str, Any], existing: dict[str, str]) -> Relation:
    found = []
    for field, name in names.of_fields(schema):
        if name not in existing:
            continue
        column = columns.of_table(name, field, "t")
        if existing[name] not in columns.ALIKE[columns.pg_type(field)]:
            column = Column(name, field, column.raw, columns.typed(field, column.raw))
        found.append(column)
    return Relation(SQL("{} t").format(Identifier(table)), SQL("t._id"), found)


class _Weighing:
    """Counts the rows of a relation that break any rule, and each rule's cells."""

    def __init__(
        self,
        scanner: Scanner,
        schema: dict[str, Any],
        keys: list[references.ForeignKey],
    ) -> None:
        self.scanner = scanner
        self.schema = schema
        self.keys = keys
        self.parts: list[Composable] = []
        self.reasons: list[dict[str, Any]] = []

    def run(self) -> tuple[int, list[dict[str, Any]]]:
        """Return how many rows are wrong, and why."""
        self._cells()
        for key in table_checks.unique_keys(self.schema):
            self._unique(key)
        for key in self.keys:
            self._foreign(key)
        if not self.parts:
            return 0, []
        self.scanner.cursor.execute(
            SQL("SELECT count(*) FROM ({}) w").format(SQL(" UNION ").join(self.parts))
        )
        return self.scanner.cursor.fetchone()[0], self.reasons

    def _cells(self) -> None:
        usable = list(
            table_checks.usable_rules(
                self.scanner.cursor,
                self.scanner.relation,
                self.schema,
                Findings(MOST_REASONS),
            )
        )
        broken = list(table_checks.counted(self.scanner, usable))
        for column, rule, count in broken:
            for finding in table_checks.first(self.scanner, column, rule, 1):
                self.reasons.append(replace(finding, count=count).as_dict())
        if broken:
            wanted = list({column.name: column for column, _r, _c in broken}.values())
            source, found = self.scanner.read(wanted)
            pairs = [(column, rule) for column, rule, _count in broken]
            predicates = [
                SQL("({})").format(rule.broken)
                for rule in table_checks.rules_at(found, pairs)
            ]
            self._add(source, SQL(" OR ").join(predicates))

    def _add(self, source: Composable, condition: Composable) -> None:
        self.parts.append(
            SQL("SELECT q.number FROM {} WHERE {}").format(source, condition)
        )

    def _unique(self, key: list[str]) -> None:
        parts = key_rules.parts_of(self.scanner, key)
        if parts is None:
            return
        first = key_rules.first_repeated(self.scanner, parts)
        if first is None:
            return
        self.reasons.append(first.as_dict())
        self.parts.append(
            SQL("SELECT number FROM ({}) k WHERE nth > 1").format(
                key_rules.repeated(*self.scanner.read(parts))
            )
        )

    def _foreign(self, key: references.ForeignKey) -> None:
        asked = key_rules.Foreign.of(self.scanner, key)
        first = asked.first() if asked else None
        if asked is None or first is None:
            return
        self.reasons.append(first.as_dict())
        source, condition = asked.condition()
        self._add(source, condition)
