"""An example file: which Table Schema it has, or whether it obeys one."""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import checks

from . import (
    columns,
    datastore,
    guess,
    header,
    limits,
    readers,
    reading,
    rules,
    staging,
)
from .names import cut, folded, unused
from .problems import Findings, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .header import Layout

SHOWN = 100
# What a column that tells rows apart is called.
_KEY = re.compile(r"(ma|id|code|so hieu|ma so)\b")
LONGEST = 60


def inferred(upload: Any) -> dict[str, Any]:
    """Return the Table Schema that an example file has, by all its values.

    Raises:
        ValidationError: the file can't be read; says why.
    """
    with _staged(upload, None, Findings(1)) as (cursor, layout, _rows):
        fields = guess.fields_of(cursor, layout.fields)
        filled, different = _counts(cursor, layout)
    taken: set[str] = set()
    found, key = [], None
    rows = max(filled, default=0)
    for at, field in enumerate(fields):
        title = str(field.get("title") or field["name"])
        name = unused(cut(folded(title).replace(" ", "_"), LONGEST) or "cot", taken)
        one = {"name": name, "title": title, **_typed(field)}
        if rows and filled[at] == rows:
            one["constraints"] = {"required": True}
            if key is None and different[at] == rows and _KEY.match(folded(title)):
                key = name
        found.append(one)
    return {"fields": found, **({"primaryKey": [key]} if key else {})}


def _typed(field: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in field.items() if name not in ("name", "title")
    }


def tried(upload: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """Return what is wrong with a file by a Table Schema.

    Returns:
        `{rows, count, findings}`: the first hundred findings, each with its sentence.

    Raises:
        ValidationError: the file can't be read; says why.
    """
    findings = Findings(SHOWN)
    with _staged(upload, schema, findings) as (cursor, layout, rows):
        if all(source >= 0 for source in layout.sources):
            rules.check(cursor, datastore.unread(cursor, layout), schema, findings)
    stored = [one.as_dict() for one in findings.kept]
    told = [{**one, "sentence": checks.sentence(one)} for one in stored]
    return {"rows": rows, "count": findings.count, "findings": told}


@contextmanager
def _staged(
    upload: Any, schema: dict[str, Any] | None, findings: Findings
) -> Iterator[tuple[Any, Layout, int]]:
    """Give a cursor whose transaction has the file's rows staged, for one look."""
    limit = limits.current()
    with _saved(upload) as (path, kind):
        asked = reading.asked_of([], schema, None)
        try:
            with (
                reading.opened(path, kind, limit, asked, apart_too=True) as table,
                datastore.writing() as connection,
            ):
                layout, rows = header.read_header(table, schema, limit)
                findings.rows_before = layout.first_row - 1
                for finding in layout.findings:
                    findings.add(finding)
                cursor = datastore.cursor_of(connection)
                body = reading.body_of(table, layout, None)
                count = staging.fill(
                    cursor,
                    layout,
                    body.rows(rows),
                    missing=columns.missing_values(schema),
                    limits=limit,
                    findings=findings,
                    progress=lambda _rows: None,
                )
                yield cursor, layout, count
                staging.drop(cursor)
        except Unreadable as problem:
            sentence = checks.sentence(problem.finding.as_dict())
            raise tk.ValidationError({"upload": [sentence]}) from problem


@contextmanager
def _saved(upload: Any) -> Iterator[tuple[Path, str]]:
    name = getattr(upload, "filename", "") or ""
    kind = readers.kind_of(None, name)
    if not hasattr(upload, "save") or kind is None:
        raise tk.ValidationError(
            {"upload": [tk._("Choose a table file, such as XLSX, ODS or CSV.")]}
        )
    with tempfile.NamedTemporaryFile(prefix="sonla-example-") as copy:
        upload.save(copy)
        copy.flush()
        yield Path(copy.name), kind


def _counts(cursor: Any, layout: Layout) -> tuple[list[int], list[int]]:
    """Return how many cells of each column are filled, and how many differ."""
    names = [staging.column(at) for at in range(len(layout.names))]
    cursor.execute(
        SQL("SELECT {}, {} FROM {}").format(
            SQL(", ").join(SQL("count({})").format(name) for name in names),
            SQL(", ").join(SQL("count(DISTINCT {})").format(name) for name in names),
            staging.table(cursor),
        )
    )
    row = cursor.fetchone()
    return list(row[: len(names)]), list(row[len(names) :])
