"""An annex's rows, read one after the other into lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ckanext.sonla.catalogue.export import unescape
from ckanext.sonla.catalogue.folding import fold
from ckanext.sonla.shared.msgid import N_

from . import header as headers
from .agencies import Agencies
from .cells import Cells
from .found import Annex, Line
from .headings import Headings

if TYPE_CHECKING:
    from ckanext.sonla.catalogue.directory import Directory
    from ckanext.sonla.catalogue.files.sheet import Row, Sheet

    from .header import Header

# "As above", as officers write it.
_DITTO = {"nt", "nhu tren"}
_DITTO_SIGNS = {'"', "''", "-nt-", "//", "-//-", "\u201d", "\u201c"}
_DECISION = re.compile(
    r"(?i)quyết định số\s*:?\s*([\w./\-\u2013…]*\d[\w./\-\u2013]*)"
    r"(?:.{0,20}?ngày\s+(\d{1,2})\s*(?:/|tháng)\s*(\d{1,2})\s*(?:/|năm)\s*(\d{4}))?"
)
# What the other fields are read from, not for themselves.
_APART = ("lead_agency", "providers", "fields", "tables", "change")


def read_annex(sheet: Sheet, directory: Directory) -> Annex:
    """Read an annex: what stands above, the headers, headings, lines, what is below."""
    found = Annex()
    _beside(found, sheet)
    header = headers.find(sheet.rows)
    if header is None:
        found.blocks(None, None, N_("No row of headers was found."))
        return found
    for row in sheet.rows[: header.start]:
        if text := " ".join(row.filled.values()):
            found.skips(row.number, "title", text)
            found.decision = found.decision or _decision(text)
    for row in sheet.rows[header.start : header.end]:
        found.skips(row.number, "header", "")
    headers.tell(found, header, sheet.rows[header.start].number)
    _Lines(found, header, directory, sheet).read()
    return found


def _decision(text: str) -> str:
    told = _DECISION.search(text)
    if told is None:
        return ""
    number, *day = told.groups()
    return f"{number} ({'/'.join(day)})" if all(day) else number


def _beside(found: Annex, sheet: Sheet) -> None:
    """Note what of the file was not read."""
    for name in sheet.hidden:
        found.guesses(
            None, None, N_("The hidden sheet {sheet} was not read."), sheet=name
        )
    for name in sheet.others:
        found.guesses(
            None, None, N_("Only the first sheet is read, not {sheet}."), sheet=name
        )
    if sheet.macros:
        found.guesses(None, None, N_("The file has macros; they were not run."))
    if sheet.links:
        found.guesses(
            None, None, N_("The file links to other files; they were not read.")
        )


class _Lines:
    """Reads the rows under the header."""

    def __init__(
        self, found: Annex, header: Header, directory: Directory, sheet: Sheet
    ) -> None:
        self._found = found
        self._header = header
        self._directory = directory
        self._sheet = sheet
        self._rows = sheet.rows[header.end :]
        self._agencies = Agencies(found, directory)
        self._cells = Cells(found)
        self._headings = Headings(found, header, directory, self._agencies)
        self._before: dict[str, str] = {}
        self._schemas = _schemas(sheet.schemas)

    def read(self) -> None:
        """Read every row that says something."""
        last = self._last_line()
        for index, row in enumerate(self._rows):
            if not row.filled and not any(row.cells):
                continue
            if not self._headings.take(row, last=index > last):
                self._line(row)

    def _last_line(self) -> int:
        """Return the index of the last row that has a name and two things beside it."""
        title = self._header.place("title")
        known = set(self._header.columns)
        return max(
            (
                index
                for index, row in enumerate(self._rows)
                if title in row.filled and len(known & set(row.filled)) >= headers.LEAST
            ),
            default=len(self._rows),
        )

    def _line(self, row: Row) -> None:
        cells = self._texts(row)
        self._look(row)
        data = {
            name: value
            for name, text in cells.items()
            if name not in _APART
            and (value := self._cells.value(row.number, name, text)) is not None
        }
        self._put_domain(row.number, data)
        above = self._headings.above
        lead = cells.get("lead_agency") or above.agency
        given = set(self._header.fields)
        data |= self._agencies.settle(row.number, lead, cells.get("providers"), given)
        tables = self._schemas.get(data.get("code", "").casefold())
        if tables:
            cells["tables"] = tables
        if self._schemas:
            given.add("tables")
        tables = self._cells.tables(row.number, cells)
        if tables is not None:
            data["tables"] = tables
        given |= {name for name in ("domain", "lead_agency") if name in data}
        wish = above.wish
        if cells.get("change"):
            wish = self._cells.value(row.number, "change", cells["change"])
        self._found.lines.append(Line(row.number, data, given, wish))

    def _texts(self, row: Row) -> dict[str, str]:
        """Return the texts of a row by the fields that they belong to."""
        texts: dict[str, str] = {}
        for number, column in self._header.columns.items():
            text = unescape(row.cell(number))
            if number in row.formulas and column.field != "position":
                self._found.blocks(
                    row.number, column.field,
                    N_("The cell holds a formula without a value; paste its value."),
                )  # fmt: skip
            elif number in row.computed and column.field != "position":
                self._found.guesses(
                    row.number, column.field,
                    N_("The cell holds a formula; its last value, {value}, was read."),
                    value=text[:100],
                )  # fmt: skip
            if text in _DITTO_SIGNS or fold(text) in _DITTO:
                text = self._before.get(column.field, "")
            texts[column.field] = texts.get(column.field, "") + text
        self._before = texts
        return texts

    def _look(self, row: Row) -> None:
        """Note what a reader of the file doesn't see."""
        if row.hidden:
            self._found.guesses(
                row.number, None, N_("The row is hidden in the file; it was read.")
            )
        unseen = [
            self._header.columns[number].header
            for number in sorted(self._sheet.hidden_columns)
            if number in self._header.columns and row.cell(number)
        ]
        if unseen and not row.hidden:
            self._found.guesses(
                row.number, None,
                N_("Hidden columns of the file were read: {columns}."),
                columns=", ".join(unseen),
            )  # fmt: skip

    def _put_domain(self, row: int, data: dict[str, Any]) -> None:
        """Take the domain from the cell, or from the heading above."""
        text = data.get("domain")
        if not text:
            if self._headings.above.domain:
                data["domain"] = self._headings.above.domain
            return
        if self._directory.domain_id(text):
            return
        bare = re.sub(r"(?i)^(?:lĩnh vực|ngành):?\s+", "", text)
        like = self._directory.domain_id(bare) or self._directory.domain_like(bare)
        if like is not None:
            data["domain"] = self._directory.domain_name(like)
            self._found.guesses(
                row, "domain", N_("{value} was read as {word}."),
                value=text[:200], word=self._directory.domain_title(like),
            )  # fmt: skip


def _schemas(rows: list[Row]) -> dict[str, str]:
    """Return the tables' rules by their entries' codes, from an export's own sheet."""
    return {
        row.cells[0].casefold(): "".join(row.cells[1:])
        for row in rows[1:]
        if row.cells and row.cells[0]
    }
