"""A file becomes a table: read, staged, checked, cast, put in place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import psycopg2.errors

from ckanext.sonla.shared import resource_tables
from ckanext.sonla.shared.msgid import N_

from . import (
    columns,
    datastore,
    governed,
    guess,
    header,
    kept,
    merge_checks,
    merging,
    placing,
    progress,
    readers,
    reading,
    references,
    rules,
    staging,
)
from .problems import Findings, Unreadable
from .progress import Progress

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from ckanext.sonla.shared.table_updates import TableUpdate

    from .choice import Choice
    from .governed import Rules
    from .limits import Limits
    from .readers import RawTable


GEOMETRY_CELLS = 100


@dataclass
class Result:
    """What came of a file: how many rows were read, and what is wrong with them.

    `changes` are those to the public table; None where nothing can be compared.
    """

    findings: Findings
    rows: int | None = None
    changes: merging.Changes | None = None

    @property
    def is_loaded(self) -> bool:
        """Tell whether the table was put in place."""
        return not self.findings.blocking


class _Refused(Exception):  # noqa: N818 - it ends a transaction, nothing failed
    """Ends the transaction of a load whose table has blocking findings."""


@dataclass
class Source:
    """The file of a resource, and what it is read by.

    `kind` is one of the readers' table formats; `progress` is told how far the load
    has come; `update` is the public table that the rows change, if there is one;
    `choice` is what an officer chose of how the file is read, `remembered` her choice
    of the last period; `reading` comes to say how it was read; by `kept` the rows are
    kept that a check has staged.
    """

    path: Path
    kind: str
    resource_id: str
    rules: Rules
    limits: Limits
    progress: Progress = field(default_factory=Progress)
    update: TableUpdate | None = None
    choice: Choice | None = None
    remembered: Choice | None = None
    reading: dict[str, Any] = field(default_factory=dict)
    kept: str | None = None

    @property
    def is_part(self) -> bool:
        """Tell whether the file holds only a part of its table."""
        return self.update is not None and self.update.is_partial

    @property
    def sheets(self) -> list[str]:
        """Names that the table's sheet may have in a spreadsheet."""
        table = self.rules.table or {}
        return [str(table[key]) for key in ("name", "title") if table.get(key)]


def load(source: Source) -> Result:
    """Load a file into its resource's DataStore table.

    A table that doesn't obey its Table Schema is not put in place; its findings say
    why. All of it is one transaction of the DataStore.

    Raises:
        Sealed: for a table of a submitted or published revision.
    """
    result = Result(Findings(source.limits.findings))
    try:
        _load(source, result)
    except Unreadable as problem:
        source.reading = {**problem.known, **source.reading}
        result.findings.add(problem.finding)
    except psycopg2.errors.ProgramLimitExceeded:
        result.findings.add(_too_long().finding)
    except _Refused:
        # Everything was rolled back; the findings are the result.
        pass
    return result


def _too_long() -> Unreadable:
    return Unreadable(
        "row_size",
        N_("A row is too long for the database: use fewer columns or shorter texts."),
    )


def _load(source: Source, result: Result) -> None:
    schema = _schema(source, result)
    source.progress.stage(progress.READING)
    asked = reading.asked_of(source.sheets, schema, source.choice, source.remembered)
    with reading.opened(source.path, source.kind, source.limits, asked) as table:
        _read(source, result, table, schema)


def _read(
    source: Source, result: Result, table: RawTable, schema: dict[str, Any] | None
) -> None:
    layout, rows = header.read_header(table, schema, source.limits, source.choice)
    result.findings.rows_before = layout.first_row - 1
    for finding in layout.findings:
        result.findings.add(finding)
    body = reading.body_of(table, layout, source.choice)
    with datastore.writing() as connection:
        cursor = datastore.cursor_of(connection)
        try:
            if source.kept:
                result.rows = kept.take(cursor, layout, source.kept)
            if result.rows is not None:
                body.look(rows, result.rows)
            else:
                result.rows = staging.fill(
                    cursor,
                    layout,
                    body.rows(rows),
                    missing=columns.missing_values(schema),
                    limits=_of_cells(source),
                    findings=result.findings,
                    progress=source.progress.rows,
                )
        finally:
            # Some are known only when all rows were read.
            source.reading = reading.told(table, layout, body)
            for note in (*table.notes, *body.notes):
                result.findings.add(note)
        if not result.rows:
            raise Unreadable("empty", N_("The table has a header and no rows."))
        if schema is None:
            layout.fields = guess.fields_of(cursor, layout.fields)
        source.progress.stage(progress.CHECKING, result.rows)
        if schema is not None:
            known = _present(schema, layout)
            keys = references.of(source.resource_id, known, siblings=False)
            relation = datastore.unread(cursor, layout)
            rules.check(cursor, relation, known, result.findings, keys)
        _refuse(result)
        datastore.create(connection, source.resource_id, layout)
        staging.drop(cursor)
        _put_in_place(connection, source, layout, schema, result)
        by_rules = source.rules.schema is not None
        resource_tables.made(cursor, source.resource_id, governed=by_rules)


def _of_cells(source: Source) -> Limits:
    """Return the limits of a table's cells; an area's border is one long cell."""
    if source.kind not in readers.MAPS:
        return source.limits
    return replace(source.limits, cell=GEOMETRY_CELLS * source.limits.cell)


def _schema(source: Source, result: Result) -> dict[str, Any] | None:
    """Return what the file is read by: a part of a table, by that table at least."""
    schema = source.rules.schema
    if source.update is None or not source.is_part:
        return schema
    with datastore.writing() as connection:
        cursor = datastore.cursor_of(connection)
        schema = schema or governed.schema_of_table(cursor, source.update.base)
        merge_checks.possible(cursor, source.update, schema, result.findings)
    _refuse(result)
    return schema


def _refuse(result: Result) -> None:
    if result.findings.blocking:
        raise _Refused


def _put_in_place(
    connection: sa.Connection,
    source: Source,
    layout: header.Layout,
    schema: dict[str, Any] | None,
    result: Result,
) -> None:
    key, rows = _key(schema, layout), result.rows
    new, base = datastore.new_name(source.resource_id), None
    if source.update is not None:
        base = source.update.base
        merge = merging.Merge(
            datastore.cursor_of(connection),
            source.resource_id,
            source.update,
            layout,
            schema or {},
            key,
        )
        source.progress.stage(progress.COMPARING, rows)
        if source.is_part:
            merge_checks.check(merge, result.findings)
            _refuse(result)
        result.changes = merging.count(merge)
        if source.is_part:
            source.progress.stage(progress.WRITING, rows)
            rows = merging.build(connection, merge)
            _check_size(rows, source.limits)
            datastore.drop_table(merge.cursor, new)
            new = datastore.whole_name(source.resource_id)
    source.progress.stage(progress.INDEXING, rows)
    placing.put_in_place(connection, source.resource_id, key, new, base)


def _check_size(rows: int, limits: Limits) -> None:
    if rows > limits.rows:
        raise Unreadable(
            "rows",
            N_("The table has more than {limit} rows."),
            params={"limit": limits.rows},
        )


def _present(schema: dict[str, Any], layout: header.Layout) -> dict[str, Any]:
    """Return the schema; a key with a missing column was already found."""
    missing = {
        str(one["name"])
        for one, source in zip(layout.fields, layout.sources, strict=True)
        if source < 0
    }
    if not missing:
        return schema
    fields = [
        {**one, "constraints": {}} if str(one["name"]) in missing else one
        for one in schema["fields"]
    ]
    return {**schema, "fields": fields, "primaryKey": [], "uniqueKeys": []}


def _key(schema: dict[str, Any] | None, layout: header.Layout) -> list[str]:
    """Return the columns of the schema's primary key."""
    key = (schema or {}).get("primaryKey") or []
    wanted = [key] if isinstance(key, str) else list(key)
    by_field = {
        str(one["name"]): name
        for one, name in zip(layout.fields, layout.names, strict=True)
    }
    return [by_field[name] for name in wanted if name in by_field]
