"""Rows that stand twice in a table without a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from psycopg2.sql import SQL

from ckanext.sonla.approval import datastore, tables
from ckanext.sonla.shared.checks import NEEDS_REASON, Check, Rule, register_check
from ckanext.sonla.shared.msgid import N_, NN_

from . import reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.shared.checks import Finding


@register_check
class DuplicateRows(Check):
    """A row stands once. With a key the table itself refuses; without, a reason may do.

    The keys of a Table Schema are checked with it.
    """

    name = "approval.duplicates"
    title = N_("Duplicate rows")
    rules: ClassVar[dict[str, Rule]] = {
        "row.duplicate": Rule(
            NEEDS_REASON,
            *NN_(
                "{count} row of “{file}” repeats another one in every column.",
                "{count} rows of “{file}” repeat others in every column.",
            ),
        )
    }

    def run(self, package: dict[str, Any]) -> Iterator[Finding]:
        if not datastore.is_on():
            return
        with reading.cursor() as cursor:
            for table in reading.own_tables(cursor, package):
                if not table.columns or tables.primary_key(cursor, table.id):
                    continue
                count, row = _repeated(cursor, table)
                if count:
                    yield self.found(
                        "row.duplicate",
                        count=count,
                        row=row,
                        resource_id=table.id,
                        file=reading.label(table.resource),
                    )


def _repeated(cursor: Any, table: reading.Table) -> tuple[int, int | None]:
    """Return how many rows repeat others, and the number of one of them."""
    cursor.execute(
        SQL(
            "SELECT coalesce(sum(times - 1), 0)::bigint, min(last) FROM ("
            " SELECT count(*) AS times, max(_id) AS last FROM {table}"
            " GROUP BY hashtextextended(ROW({columns})::text, 0)"
            " HAVING count(*) > 1) AS repeated"
        ).format(
            table=table.source,
            columns=tables.named([column.name for column in table.columns]),
        )
    )
    count, row = cursor.fetchone()
    return count, row
