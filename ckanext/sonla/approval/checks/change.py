"""What is suspiciously less than what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from psycopg2.sql import SQL, Identifier

from ckanext.sonla.approval import datastore, tables
from ckanext.sonla.shared import policy
from ckanext.sonla.shared.checks import NEEDS_REASON, Check, Rule, register_check
from ckanext.sonla.shared.msgid import N_

from . import reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.shared.checks import Finding


@register_check
class Shrinking(Check):
    """An update that loses rows, columns or files says why."""

    name = "approval.change"
    title = N_("Change against the last revision")
    rules: ClassVar[dict[str, Rule]] = {
        "rows.fewer": Rule(
            NEEDS_REASON,
            N_(
                "“{file}” has {after} rows, {percent} % fewer than the {before} of the "
                "published table."
            ),
        ),
        "column.emptied": Rule(
            NEEDS_REASON,
            N_("Column {label} of “{file}” is empty now; in the published table it "
               "was filled."),
        ),
        "column.gone": Rule(
            NEEDS_REASON,
            N_("“{file}” no longer has column {label} of the published table."),
        ),
        "file.gone": Rule(
            NEEDS_REASON, N_("The published file “{file}” is no longer there.")
        ),
    }  # fmt: skip

    def run(self, package: dict[str, Any]) -> Iterator[Finding]:
        public = reading.public_resources(package)
        if not public:
            return
        of = reading.public_ids(package)
        kept = {of.get(one["id"], one["id"]) for one in package.get("resources") or []}
        for resource in public:
            if resource.id not in kept:
                yield self.found("file.gone", file=resource.name or resource.url)
        if datastore.is_on():
            with reading.cursor() as cursor:
                for table in reading.own_tables(cursor, package):
                    before = of.get(table.id)
                    if before is not None:
                        yield from self._compared(cursor, table, before)

    def _compared(
        self, cursor: Any, table: reading.Table, public_id: str
    ) -> Iterator[Finding]:
        columns = tables.columns(cursor, public_id)
        if not columns:
            return
        place = {"resource_id": table.id, "file": reading.label(table.resource)}
        before = _filled(cursor, public_id, columns)
        after = _filled(cursor, table.id, table.columns)
        yield from self._rows(before[""], after[""], place)
        for column in columns:
            told = {
                **place,
                "column": column.name,
                "label": column.info.get("label") or column.name,
            }
            if column.name not in after:
                yield self.found("column.gone", **{**told, "column": None})
            elif before[column.name] * 2 > before[""] and not after[column.name]:
                yield self.found("column.emptied", **told)

    def _rows(
        self, before: int, after: int, place: dict[str, Any]
    ) -> Iterator[Finding]:
        lost = before - after
        if lost * 100 >= before * policy.number("rows_lost_percent") and lost > 0:
            yield self.found(
                "rows.fewer",
                **place,
                before=before,
                after=after,
                percent=lost * 100 // before,
            )


def _filled(cursor: Any, name: str, columns: list[tables.Column]) -> dict[str, int]:
    """Return how many rows have a value in each column; under `""` all rows."""
    counts = SQL(", ").join(
        SQL("count({})").format(Identifier(column.name)) for column in columns
    )
    cursor.execute(
        SQL("SELECT count(*), {} FROM public.{}").format(counts, Identifier(name))
    )
    names = ["", *(column.name for column in columns)]
    return dict(zip(names, cursor.fetchone(), strict=True))
