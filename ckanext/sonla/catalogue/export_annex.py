"""The catalogue as the annex of its decision: a workbook as offices print and sign it.

Titles, headers, a merged heading for each domain, then its entries. The tables' rules
stand in a sheet of their own, so that the annex stays readable and an import gets them
back. Rows go to the disk as they come: memory doesn't grow with the catalogue.
"""

from __future__ import annotations

import tempfile
from datetime import date
from typing import TYPE_CHECKING, Any

from ckanext.sonla.shared.workbooks import workbook

from .annex.cells import cells_of
from .annex.columns import BY_FIELD, EXPORTED
from .files.workbook import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterable

# A spreadsheet's cell holds 32,767 characters; a long schema goes on in the next.
LONGEST_CELL = 32_000
TITLE = "DANH MỤC DỮ LIỆU MỞ"
COLUMNS = tuple(one for one in EXPORTED if one.field not in ("domain", "tables"))
WIDTHS = {"position": 6, "code": 12, "title": 34, "description": 40, "fields": 40}
_HEADER_ROW = 3
_A4 = 9


def as_xlsx(
    entries: Iterable[dict[str, Any]], edition: dict[str, Any] | None = None
) -> bytes:
    """Return the annex as a workbook of texts, which never run as formulas.

    Args:
        entries: as `sonla_entry_show` answers them, domain after domain.
        edition: as `sonla_edition_show` answers it, for the title.
    """
    with tempfile.TemporaryFile() as target:
        book = workbook(target, constant_memory=True)
        _Annex(book).write(entries, edition)
        book.close()
        target.seek(0)
        return target.read()


class _Annex:
    """Writes a workbook's two sheets, row after row."""

    def __init__(self, book: Any) -> None:
        self._sheet = book.add_worksheet("Phụ lục")
        self._schemas = book.add_worksheet(SCHEMAS)
        font = {"font_name": "Times New Roman", "font_size": 12}
        cell = {**font, "text_wrap": True, "valign": "top", "border": 1}
        self._title = book.add_format({**font, "bold": True, "align": "center"})
        self._below = book.add_format({**font, "italic": True, "align": "center"})
        self._bold = book.add_format({**cell, "bold": True})
        self._head = book.add_format(
            {**cell, "bold": True, "align": "center", "valign": "vcenter"}
        )
        self._plain = book.add_format(cell)
        self._last = len(COLUMNS) - 1

    def write(
        self, entries: Iterable[dict[str, Any]], edition: dict[str, Any] | None
    ) -> None:
        """Write everything."""
        self._begin(edition)
        line, rules, number, domain = _HEADER_ROW + 1, 1, 0, None
        for entry in entries:
            if entry["domain"] != domain:
                domain = entry["domain"]
                number += 1
                heading = f"{_roman(number)}. {entry['domain_title']}"
                self._sheet.merge_range(line, 0, line, self._last, heading, self._bold)
                line += 1
            cells = cells_of(entry)
            for place, column in enumerate(COLUMNS):
                self._sheet.write_string(
                    line, place, cells[column.field][:LONGEST_CELL], self._plain
                )
            line += 1
            if cells["tables"]:
                self._rules(rules, entry["code"], cells["tables"])
                rules += 1

    def _begin(self, edition: dict[str, Any] | None) -> None:
        sheet = self._sheet
        for place, column in enumerate(COLUMNS):
            sheet.set_column(place, place, WIDTHS.get(column.field, 16))
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEADER_ROW)
        sheet.merge_range(0, 0, 0, self._last, TITLE, self._title)
        if edition and edition["decision_number"]:
            day = date.fromisoformat(edition["decision_date"]).strftime("%d/%m/%Y")
            text = f"(Kèm theo Quyết định số {edition['decision_number']} ngày {day})"
            sheet.merge_range(1, 0, 1, self._last, text, self._below)
        for place, column in enumerate(COLUMNS):
            sheet.write_string(_HEADER_ROW, place, column.header, self._head)
        sheet.freeze_panes(_HEADER_ROW + 1, 3)
        self._schemas.write_string(0, 0, BY_FIELD["code"].header, self._bold)
        self._schemas.write_string(0, 1, BY_FIELD["tables"].header, self._bold)
        self._schemas.set_column(1, 1, 80)

    def _rules(self, row: int, code: str, text: str) -> None:
        self._schemas.write_string(row, 0, code)
        for place, start in enumerate(range(0, len(text), LONGEST_CELL), 1):
            part = text[start : start + LONGEST_CELL]
            self._schemas.write_string(row, place, part)


def _roman(number: int) -> str:
    """Return a number as annexes count their domains."""
    told = ""
    for value, letters in (
        (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"),
        (4, "IV"), (1, "I"),
    ):  # fmt: skip
        told += letters * (number // value)
        number %= value
    return told
