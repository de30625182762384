"""The report on a rejected file as a workbook: its rows with the wrong cells marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import checks, kept_files
from ckanext.sonla.shared.workbooks import workbook

from . import governed, header, limits, reading, tables
from .choice import restored
from .governed import Rules
from .heads import shown
from .problems import Unreadable

if TYPE_CHECKING:
    from pathlib import Path

    from .header import Layout
    from .model import RejectedFile
    from .readers import Row

# A longer table has only its wrong rows in the report.
WHOLE_ROWS = 20_000
MARK = {"bg_color": "#F8D7DA", "border": 1}


def write(rejected: RejectedFile, target: Path) -> None:
    """Write the report on a rejected file.

    Args:
        target: where the workbook is to be.

    Raises:
        FileNotFoundError: when the rejected file isn't kept any more.
    """
    with workbook(str(target), constant_memory=True) as book:
        _list(book, rejected)
        try:
            _table(book, rejected)
        except Unreadable as problem:
            # What can't be read has no cells to mark; the list says why.
            book.add_worksheet(tk._("File")).write_string(
                0, 0, checks.sentence(problem.finding.as_dict())
            )


def _list(book: Any, rejected: RejectedFile) -> None:
    sheet = book.add_worksheet(tk._("Findings"))
    bold = book.add_format({"bold": True})
    names = [tk._("Row"), tk._("Column"), tk._("Value"), tk._("What was found")]
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, bold)
    sheet.set_column(3, 3, 80)
    for at, finding in enumerate(rejected.findings, start=1):
        texts = (
            finding.get("row"),
            checks.column_of(finding),
            finding.get("value"),
            checks.sentence(finding),
        )
        for column, text in enumerate(texts):
            # As text: nothing that a file holds is a formula here.
            sheet.write_string(at, column, shown(text))
    if rejected.finding_count > len(rejected.findings):
        words = tk._("The first {shown} of {count} are shown.").format(
            shown=len(rejected.findings), count=rejected.finding_count
        )
        sheet.write_string(len(rejected.findings) + 1, 3, words)


def _table(book: Any, rejected: RejectedFile) -> None:
    rules = _rules(rejected)
    wrong: dict[int, dict[str | None, str]] = {}
    for finding in rejected.findings:
        if finding.get("row"):
            cells = wrong.setdefault(finding["row"], {})
            cells[finding.get("column")] = checks.sentence(finding)
    with kept_files.opened(rejected.sha256) as path:
        source = tables.Source(path, rejected.kind, "", rules, limits.current())
        source.choice = restored(rejected.choice)
        asked = reading.asked_of(source.sheets, rules.schema, source.choice)
        args = (path, source.kind, source.limits, asked)
        with reading.opened(*args, apart_too=True) as table:
            layout, rows = header.read_header(
                table, rules.schema, source.limits, source.choice
            )
            body = reading.body_of(table, layout, source.choice)
            _Marked(book, layout, wrong).write(body.rows(rows))


class _Marked:
    """The table's rows, each with its number in the file, wrong cells in red."""

    def __init__(
        self, book: Any, layout: Layout, wrong: dict[int, dict[str | None, str]]
    ) -> None:
        self.sheet = book.add_worksheet(tk._("Table"))
        self.mark = book.add_format(MARK)
        self.bold = book.add_format({"bold": True})
        self.layout = layout
        self.wrong = wrong
        # By the field's name and by the column's, which its table has.
        self.places = {
            name: source
            for one, column, source in zip(
                layout.fields, layout.names, layout.sources, strict=True
            )
            for name in (column, str(one["name"]))
            if source >= 0
        }

    def write(self, rows: Any) -> None:
        texts = self.layout.head.texts if self.layout.head else []
        for column, text in enumerate([tk._("Row"), *texts]):
            self.sheet.write_string(0, column, text, self.bold)
        line = 0
        for number, row in enumerate(rows, start=self.layout.first_row):
            found = self.wrong.get(number, {})
            if not found and (line >= WHOLE_ROWS or not any(map(shown, row))):
                continue
            line += 1
            self._row(line, number, row, found)

    def _row(
        self, line: int, number: int, row: Row, found: dict[str | None, str]
    ) -> None:
        marked: dict[int | None, str] = {}
        for name, text in found.items():
            for place in self._places_of(name or ""):
                told = marked.get(place)
                marked[place] = f"{told}\n{text}" if told else text
        whole = " ".join(text for at, text in marked.items() if at is None)
        self._cell(line, 0, str(number), whole)
        width = max(len(row), max((at for at in marked if at is not None), default=0))
        for at in range(width + 1):
            text = shown(row[at]) if at < len(row) else ""
            if text or at in marked:
                self._cell(line, at + 1, text, marked.get(at, ""))

    def _places_of(self, name: str) -> list[int | None]:
        """Return where a finding's column is, or its columns; None for the row."""
        names = [name] if name in self.places else name.split(", ")
        found = [self.places[one] for one in names if one in self.places]
        return [*found] if len(found) == len(names) else [None]

    def _cell(self, line: int, column: int, text: str, why: str) -> None:
        if why:
            self.sheet.write_string(line, column, text[:32_000], self.mark)
            self.sheet.write_comment(line, column, why)
        else:
            self.sheet.write_string(line, column, text[:32_000])


def _rules(rejected: RejectedFile) -> Rules:
    entry = governed.entry_of({"catalogue_entry": rejected.entry})
    for one in (entry or {}).get("tables") or []:
        if one["name"] == rejected.table_name:
            return Rules(table=one)
    return Rules()
