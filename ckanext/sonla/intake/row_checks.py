"""The checks of rows that another feature brings, and how they change the public table.

They are staged, judged and counted in a transaction that keeps nothing of them, or
only the staged rows for the load that follows.
"""

from __future__ import annotations

import csv
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Composable, Identifier, Literal

from ckanext.sonla.shared import table_updates
from ckanext.sonla.shared.checks import BLOCKS
from ckanext.sonla.shared.table_updates import TableUpdate

from . import (
    columns,
    datastore,
    governed,
    guess,
    header,
    kept,
    limits,
    merge_checks,
    merging,
    reading,
    references,
    rules,
    staging,
)
from .choice import Choice
from .problems import Findings, Unreadable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import sqlalchemy as sa

    from ckanext.sonla.shared.row_intake import Asked, Checked

    from .header import Layout

# Without a bad row another may be right no longer: a key may lead to it.
ROUNDS = 5
NEW = "rows"


def rules_of(package: dict[str, Any], resource: dict[str, Any]) -> governed.Rules:
    """Return what governs a resource, which needs no file yet."""
    kind = "upload" if resource.get("url_type") == "upload" else "datastore"
    return governed.rules_of({**resource, "url_type": kind}, governed.entry_of(package))


def as_it_is(names: list[str]) -> Choice:
    """Return how a file is read that is nothing but its header and its rows."""
    return Choice(
        header=(1, 1),
        whole=True,
        columns={name: name for name in names},
        encoding="utf-8",
    )


@dataclass
class Stage:
    """Rows that are staged, in the transaction of a connection.

    `is_kept` says that the transaction has something to commit.
    """

    connection: sa.Connection
    layout: Layout
    schema: dict[str, Any] | None
    asked: Asked
    is_kept: bool = False

    @property
    def cursor(self) -> Any:
        """psycopg2's cursor of the transaction."""
        return datastore.cursor_of(self.connection)

    @property
    def key(self) -> list[str]:
        """The columns of the primary key, or none."""
        names = dict(
            zip(
                (str(one["name"]) for one in self.layout.fields),
                self.layout.names,
                strict=True,
            )
        )
        wanted = rules.keys_of((self.schema or {}).get("primaryKey"))
        return [names[n] for n in wanted] if all(n in names for n in wanted) else []

    def scalar(self, query: Composable) -> Any:
        """Return the first value of a query's first row."""
        cursor = self.cursor
        cursor.execute(query)
        return cursor.fetchone()[0]

    def check(self, found: Checked) -> None:
        """Take out what is bad or overtaken, and compare what is left."""
        self._take_out(self.asked.left_out)
        if self.asked.newest and self.key:
            found.overtaken = self._overtaken()
        if self.schema is not None:
            self._without_bad(self.schema, found)
        table = staging.table(self.cursor)
        found.rows = self.scalar(SQL("SELECT count(*) FROM {}").format(table))
        if self.asked.base:
            base = Identifier("public", self.asked.base)
            found.before = self.scalar(SQL("SELECT count(*) FROM {}").format(base))
        if found.too_many or found.blocking:
            return
        self._compare(found)
        if self.asked.keep and (found.added or found.changed or found.removed):
            gone = {*self.asked.left_out, *found.overtaken, *found.bad}
            self._take_out(found.bad)
            kept.keep(self.cursor, self.layout, self.asked.keep, has_gaps=bool(gone))
            self.is_kept = True

    def _without_bad(self, schema: dict[str, Any], found: Checked) -> None:
        """Note and take out the rows that break a rule."""
        cursor, most = self.cursor, self.asked.most
        resource_id = str(self.asked.resource.get("id") or NEW)
        keys = references.of(resource_id, schema, siblings=False)
        for _ in range(ROUNDS):
            findings = Findings(most + 1)
            relation = datastore.unread(cursor, self.layout)
            rules.check(cursor, relation, schema, findings, keys)
            if not findings.blocking:
                return
            stood = len(found.bad)
            _note(findings, found)
            found.too_many |= findings.count > most or len(found.bad) > most
            if found.too_many or found.blocking or len(found.bad) == stood:
                return
            self._take_out(found.bad)

    def _take_out(self, rows: Collection[int]) -> None:
        if not rows:
            return
        self.cursor.execute(
            SQL("DELETE FROM {} WHERE row_number = ANY ({})").format(
                staging.table(self.cursor), Literal(sorted(rows))
            )
        )

    def _overtaken(self) -> set[int]:
        """Take out the rows behind which a newer one with the same key came."""
        cursor = self.cursor
        cells = [staging.column(self.layout.names.index(name)) for name in self.key]
        cursor.execute(
            SQL(
                "DELETE FROM {table} s USING (SELECT row_number, row_number() OVER"
                " (PARTITION BY {key} ORDER BY row_number DESC) AS nth FROM {table}"
                " WHERE {present}) n"
                " WHERE n.row_number = s.row_number AND n.nth > 1"
                " RETURNING s.row_number"
            ).format(
                table=staging.table(cursor),
                key=SQL(", ").join(cells),
                present=SQL(" AND ").join(
                    SQL("{} IS NOT NULL").format(cell) for cell in cells
                ),
            )
        )
        return {number for (number,) in cursor.fetchall()}

    def _compare(self, found: Checked) -> None:
        """Count what is added, changed and removed against the public table."""
        if not self.asked.base or not found.before:
            found.added = found.rows
            return
        partial = self.asked.partial
        mode = table_updates.KEY if partial else table_updates.REPLACE
        resource_id = str(self.asked.resource.get("id") or NEW)
        datastore.create(self.connection, resource_id, self.layout, searched=False)
        merge = merging.Merge(
            self.cursor,
            resource_id,
            TableUpdate(mode, self.asked.base),
            self.layout,
            self.schema or {},
            self.key,
        )
        if partial:
            _not_elsewhere(merge, self.asked.most, found)
        changes = merging.count(merge)
        if changes is not None:
            found.added, found.changed = changes.added, changes.changed
            found.removed = changes.removed
        elif merging.is_alike(merge):
            found.added, found.removed = _differences(merge)
        else:
            found.added, found.removed = found.rows, found.before
        datastore.drop_table(self.cursor, datastore.new_name(resource_id))


@contextmanager
def staged(asked: Asked) -> Iterator[Stage]:
    """Give the rows staged, in a transaction that keeps nothing of them.

    Raises:
        Unreadable: the columns are not the table's, or a row is beyond the limits.
    """
    limit = limits.of_own_file()
    schema = rules_of(asked.package, asked.resource).schema
    choice = as_it_is(_header_of(asked))
    way = reading.asked_of([], schema, choice)
    with (
        reading.opened(asked.path, "CSV", limit, way) as table,
        datastore.writing() as connection,
    ):
        cursor = datastore.cursor_of(connection)
        if schema is None and asked.partial and asked.base:
            schema = governed.schema_of_table(cursor, asked.base)
        layout, rows = header.read_header(table, schema, limit, choice)
        findings = Findings(limit.findings)
        for finding in layout.findings:
            findings.add(finding)
        if findings.blocking:
            raise _unfit(findings)
        missing = columns.missing_values(schema)
        if missing == {""} and layout.covers(len(choice.columns)):
            staging.copy(cursor, layout, asked.path, limit)
        else:
            staging.fill(
                cursor,
                layout,
                reading.body_of(table, layout, choice).rows(rows),
                missing=missing,
                limits=limit,
                findings=findings,
                progress=lambda _rows: None,
            )
        if schema is None:
            layout.fields = guess.fields_of(cursor, layout.fields)
        stage = Stage(connection, layout, schema, asked)
        try:
            yield stage
        except BaseException:
            connection.rollback()
            raise
        if not stage.is_kept:
            connection.rollback()


def _unfit(findings: Findings) -> Unreadable:
    """Return as an error that the columns are not the table's."""
    first = findings.first_blocking
    problem = Unreadable(first.rule, "")
    problem.finding = first
    return problem


def _header_of(asked: Asked) -> list[str]:
    with asked.path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def _note(findings: Findings, found: Checked) -> None:
    for finding in findings.kept:
        if finding.severity != BLOCKS:
            continue
        if finding.row is None:
            found.blocking.append(finding.as_dict())
        else:
            found.bad.setdefault(finding.row, []).append(finding.as_dict())


def _not_elsewhere(merge: merging.Merge, most: int, found: Checked) -> None:
    """Note and take out the rows that don't go with rows of the table that stay."""
    findings = Findings(most + 1)
    merge_checks.check(merge, findings)
    if not findings.blocking:
        return
    _note(findings, found)
    found.too_many |= len(found.bad) > most
    merge.cursor.execute(
        SQL("DELETE FROM {} WHERE _id = ANY ({})").format(
            merge.part, Literal(sorted(found.bad))
        )
    )
    found.rows = merge.scalar(SQL("SELECT count(*) FROM {}").format(merge.part))


def _differences(merge: merging.Merge) -> tuple[int, int]:
    """Count what comes and goes of rows that only their values tell apart."""
    new = SQL("SELECT {} FROM {} t").format(merge.columns("t"), merge.part)
    old = SQL("SELECT {} FROM {} b").format(
        merge.columns("b", merge.types()), merge.base
    )
    both = SQL("SELECT count(*) FROM ({} EXCEPT ALL {}) d")
    return merge.scalar(both.format(new, old)), merge.scalar(both.format(old, new))
