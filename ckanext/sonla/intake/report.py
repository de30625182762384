"""The report on a refused file: a workbook with the wrong cells marked.

The officer opens it beside her own file: one sheet lists what is wrong, sentence by
sentence, the other shows her rows with the cells in red and the reason as a note.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import xlsxwriter

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import checks
from ckanext.sonla.shared.checks import BLOCKS

from . import header, reading
from .problems import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from .header import Layout
    from .readers.table import Row
    from .tables import Source

# A longer table shows only the rows that something is wrong with.
MOST_ROWS = 20_000
NOTE_LENGTH = 1000
CELL_LENGTH = 32_000
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


def write(source: Source, stored: list[dict[str, Any]], count: int, to: Path) -> None:
    """Write the report on a file, read again as its load read it.

    Args:
        source: the file and what it is read by.
        stored: the findings that were kept, as `sonla_load_show` gives them.
        count: how many there are in all.
        to: the workbook that is made.
    """
    schema, choice = source.rules.schema, source.choice
    asked = reading.asked_of(source.sheets, schema, choice, source.remembered)
    try:
        with reading.opened(source.path, source.kind, source.limits, asked) as table:
            layout, rows = header.read_header(table, schema, source.limits, choice)
            body = reading.body_of(table, layout, choice)
            workbook(layout, body.rows(rows), stored, count, to)
    except Unreadable:
        # What can't be read has no cells to mark; the list says why.
        workbook(header.Layout([], [], [], 0), [], stored, count, to)


def workbook(
    layout: Layout,
    rows: Iterable[Row],
    stored: list[dict[str, Any]],
    count: int,
    to: Path,
) -> None:
    """Write the report on rows that somebody has read already.

    Args:
        layout: which column of the file is which field.
        rows: the rows below the header; a finding's `row` counts them from 1.
        stored: the findings that were kept.
        count: how many there are in all.
        to: the workbook that is made.
    """
    book = xlsxwriter.Workbook(str(to), _OPTIONS)
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1}),
        "wrong": book.add_format({"bg_color": "#F8C9C4", "border": 1}),
        "number": book.add_format({"font_color": "#5B6770"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    _listed(book, formats, stored, count)
    _marked(book, formats, layout, rows, stored)
    book.close()


def _listed(book: Any, formats: Any, stored: list[dict[str, Any]], count: int) -> None:
    sheet = book.add_worksheet(tk._("Findings"))
    for at, width in enumerate((8, 24, 30, 90)):
        sheet.set_column(at, at, width)
    shown = tk._("{count} findings; the first {kept} are listed.")
    sheet.write_string(0, 0, shown.format(count=count, kept=len(stored)))
    heads = (tk._("Row"), tk._("Column"), tk._("Value"), tk._("What is wrong"))
    for at, head in enumerate(heads):
        sheet.write_string(1, at, head, formats["head"])
    sheet.freeze_panes(2, 0)
    for line, finding in enumerate(stored, start=2):
        if finding.get("row"):
            sheet.write_number(line, 0, finding["row"])
        sheet.write_string(line, 1, _cut(finding.get("column")))
        sheet.write_string(line, 2, _cut(finding.get("value")))
        sheet.write_string(line, 3, _cut(checks.sentence(finding)), formats["text"])


def _cut(text: Any) -> str:
    return ("" if text is None else str(text))[:CELL_LENGTH]


def _marked(
    book: Any,
    formats: Any,
    layout: Layout,
    rows: Iterable[Row],
    stored: list[dict[str, Any]],
) -> None:
    wrong = _by_cell(stored)
    sheet = book.add_worksheet(tk._("Data"))
    sheet.freeze_panes(1, 1)
    sheet.set_column(1, max(1, len(layout.names)), 18)
    sheet.write_string(0, 0, tk._("Row"), formats["head"])
    for at, field in enumerate(layout.fields, start=1):
        title = str(field.get("title") or field["name"])
        sheet.write_string(0, at, _cut(title), formats["head"])
    for line, (number, row) in enumerate(_shown(rows, set(wrong)), start=1):
        cells = wrong.get(number, {})
        whole = cells.get("")
        sheet.write_number(line, 0, number, formats["wrong" if whole else "number"])
        if whole:
            _note(sheet, line, 0, whole)
        for at, (name, place) in enumerate(
            zip(layout.names, layout.sources, strict=True), start=1
        ):
            value = row[place] if 0 <= place < len(row) else None
            style = formats["wrong"] if name in cells else None
            _cell(sheet, line, at, value, style)
            if name in cells:
                _note(sheet, line, at, cells[name])


def _by_cell(stored: list[dict[str, Any]]) -> dict[int, dict[str, list[str]]]:
    """Return the sentences by row and column; "" is the row as a whole."""
    found: dict[int, dict[str, list[str]]] = defaultdict(dict)
    for finding in stored:
        if not finding.get("row") or finding.get("severity") != BLOCKS:
            continue
        # A key of several columns names them all.
        for name in (finding.get("column") or "").split(", "):
            cells = found[finding["row"]].setdefault(name, [])
            cells.append(checks.sentence(finding))
    return found


def _shown(rows: Iterable[Row], wrong: set[int]) -> Iterator[tuple[int, Row]]:
    """Yield rows with their numbers: all of a short table, else the wrong ones."""
    first: list[tuple[int, Row]] | None = []
    for number, row in enumerate(rows, start=1):
        if first is not None:
            first.append((number, row))
            if len(first) > MOST_ROWS:
                yield from ((at, one) for at, one in first if at in wrong)
                first = None
        elif number in wrong:
            yield number, row
    yield from first or []


def _cell(sheet: Any, line: int, at: int, value: Any, style: Any) -> None:
    """Write a cell as it was read: a number stays one, all else is a text."""
    if value is None or value == "":
        sheet.write_blank(line, at, None, style)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        sheet.write_number(line, at, value, style)
    else:
        sheet.write_string(line, at, _cut(value), style)


def _note(sheet: Any, line: int, at: int, sentences: list[str]) -> None:
    sheet.write_comment(line, at, "\n".join(sentences)[:NOTE_LENGTH])
