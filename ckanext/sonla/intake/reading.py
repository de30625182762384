"""How a file is read: what the officer is shown of it, and may correct."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import apart, header, readers
from .body import Body
from .choice import Choice
from .heads import shown
from .problems import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .header import Layout
    from .limits import Limits
    from .readers import Asked, RawTable, Row
    from .tables import Source

PREVIEW_ROWS = 20
PREVIEW_COLUMNS = 60
PREVIEW_CHARACTERS = 80
LETTERS = 26


def asked_of(
    names: list[str],
    schema: dict[str, Any] | None,
    choice: Choice | None,
    remembered: Choice | None = None,
) -> Asked:
    """Return what a reader is asked for.

    Args:
        names: names that the table's sheet may have.
        choice: what was chosen of this file, or holds of it from the last period.
        remembered: the last period's choice, whose sheet is likely this one's too.
    """
    fields = None if schema is None else list(schema.get("fields") or [])
    given = choice or Choice()
    likely = [remembered.sheet] if remembered and remembered.sheet else []
    return readers.Asked(
        names=[*likely, *names],
        sheet=given.sheet,
        wanted=header.wanted_of(fields, choice),
        encoding=given.encoding,
        crs=given.crs,
        convert=given.convert,
    )


@contextmanager
def opened(
    path: Path, kind: str, limits: Limits, asked: Asked, *, apart_too: bool = False
) -> Iterator[RawTable]:
    """Give a file's table; what libraries unpack is read in a process of its own.

    Args:
        apart_too: read also plain text apart, because a web process asks.
    """
    if kind in readers.UNPACKED or apart_too:
        seconds = limits.preview_seconds if apart_too else limits.seconds
        with apart.reading(path, kind, limits, asked, seconds=seconds) as table:
            yield table
    else:
        yield readers.read(path, kind, limits, asked)


def body_of(table: RawTable, layout: Layout, choice: Choice | None) -> Body:
    """Return what decides which rows are the table."""
    return Body(
        layout.first_row,
        layout.width,
        layout.counting,
        table.merged,
        last=choice.last if choice else None,
        whole=choice is not None and choice.whole,
    )


def told(table: RawTable, layout: Layout, body: Body) -> dict[str, Any]:
    """Return how a file was read, as it is stored and shown.

    Returns:
        `{sheet, sheets, encoding, header, last, left_out, columns, top, preview}`:
        `header` and `last` are rows from 1, each of `columns` has its `letter`, its
        `header`, the `field` that it fills and whether it only counts; `top` and
        `preview` are the first rows of the file and of the table, each
        `[number, [text, …]]`.
    """
    head = layout.head
    return {
        "sheet": table.sheet,
        "sheets": table.sheets,
        "encoding": table.encoding,
        "crs": table.crs,
        "header": [head.first + 1, head.last + 1] if head else None,
        "last": body.last_read,
        "left_out": body.left_out[:1000],
        "columns": columns(table, layout),
        "top": [[at, _texts(row)] for at, row in enumerate(layout.top, start=1)],
        "preview": [[number, _texts(row)] for number, row in body.shown],
    }


def columns(table: RawTable, layout: Layout) -> list[dict[str, Any]]:
    """Return each column of the file: its letter, its header, its field."""
    if layout.head is None:
        return []
    by_source = {
        source: str(one["name"])
        for source, one in zip(layout.sources, layout.fields, strict=True)
        if source >= 0
    }
    return [
        {
            "at": at,
            "letter": letters(at + table.first_column),
            "header": text,
            "field": by_source.get(at),
            "counts": at in layout.counting,
        }
        for at, text in enumerate(layout.head.texts)
        if text
    ]


def letters(number: int) -> str:
    """Return a column's letters, from 0 for A."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, LETTERS)
        text = chr(ord("A") + rest) + text
    return text


def _texts(row: Row) -> list[str]:
    return [_cut(shown(cell)) for cell in row[:PREVIEW_COLUMNS]]


def _cut(text: str) -> str:
    if len(text) <= PREVIEW_CHARACTERS:
        return text
    return text[: PREVIEW_CHARACTERS - 1] + "…"


def preview(source: Source, schema: dict[str, Any] | None) -> dict[str, Any]:
    """Return how a file would be read, with its `findings`; nothing is stored."""
    asked = asked_of(source.sheets, schema, source.choice, source.remembered)
    args = (source.path, source.kind, source.limits, asked)
    try:
        with opened(*args, apart_too=True) as table:
            layout, rows = header.read_header(
                table, schema, source.limits, source.choice
            )
            body = body_of(table, layout, source.choice)
            for _row in body.rows(rows):
                pass
            found = told(table, layout, body)
            notes = [*layout.findings, *table.notes, *body.notes]
    except Unreadable as problem:
        found, notes = dict(problem.known), [problem.finding]
    return {**found, "findings": [note.as_dict() for note in notes]}


__all__ = ["asked_of", "body_of", "opened", "preview", "told"]
