"""CSV and XLSX files as plain rows of text, hostile ones refused.

What is read is what a person sees: visible sheets, merged cells spread over the rows
that they cover, no formulas.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from .msgid import N_

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MOST_COLUMNS = 60
UNPACKED = 10
MOST_MEMBERS = 500


class UnreadableError(ValueError):
    """A file that can't be read; its text is the reason, an English msgid."""


@dataclass
class Row:
    """A row: its number in the file from 1, its cells' text.

    `formulas` are the columns that hold one, `wide` is the text of a cell merged over
    most of the row, as annexes have it for a domain's heading.
    """

    number: int
    cells: list[str]
    formulas: set[int] = field(default_factory=set)
    wide: str = ""


@dataclass
class Sheet:
    """A sheet's rows, and the names of the sheets that were not read."""

    rows: list[Row]
    hidden: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def read(content: bytes, filename: str, most_bytes: int, most_rows: int) -> Sheet:
    """Read a file.

    Args:
        content: the file's bytes.
        filename: its name; the ending says which kind it is.
        most_bytes: how large it may be.
        most_rows: how many rows it may have.

    Raises:
        UnreadableError: with the reason.
    """
    if len(content) > most_bytes:
        raise UnreadableError(N_("The file is too large for a catalogue."))
    if not content.strip():
        raise UnreadableError(N_("The file is empty."))
    kind = filename.rpartition(".")[2].casefold()
    if kind == "xlsx":
        return _read_xlsx(content, most_bytes, most_rows)
    if kind in ("csv", "tsv", "txt"):
        return Sheet(_read_csv(content, most_rows))
    raise UnreadableError(N_("Only CSV and XLSX files can be read."))


def _read_csv(content: bytes, most_rows: int) -> list[Row]:
    if b"\0" in content and not content.startswith(
        (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    ):
        raise UnreadableError(N_("The file is not a text."))
    text = _decoded(content)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:20000], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    dialect.doublequote = True
    rows = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text), dialect), 1):
            if number > most_rows:
                raise UnreadableError(N_("The file has too many rows."))
            if len(cells) > MOST_COLUMNS:
                raise UnreadableError(N_("The file has too many columns."))
            rows.append(_row(number, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise UnreadableError(N_("The file is not a CSV.")) from error
    return rows


def _decoded(content: bytes) -> str:
    """Return the text, in the encodings that Vietnamese offices use."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1258"]
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise UnreadableError(N_("The file's encoding is not known; save it as UTF-8."))


def _row(number: int, cells: list[str]) -> Row:
    filled = [cell for cell in cells if cell]
    return Row(number, cells, wide=filled[0] if len(filled) == 1 else "")


def _read_xlsx(content: bytes, most_bytes: int, most_rows: int) -> Sheet:
    _refuse_bomb(content, most_bytes)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        ParseError,
        KeyError,
        ValueError,
        TypeError,
        IndexError,
        AttributeError,
    ) as error:
        # openpyxl lets all of these out for files that are no workbooks.
        raise UnreadableError(N_("The file is not an XLSX workbook.")) from error
    sheets = book.worksheets
    visible = [one for one in sheets if one.sheet_state == "visible"]
    if not visible:
        raise UnreadableError(N_("The workbook has no visible sheet."))
    return Sheet(
        _rows_of(visible[0], most_rows),
        hidden=[one.title for one in sheets if one.sheet_state != "visible"],
        others=[one.title for one in visible[1:]],
    )


def _refuse_bomb(content: bytes, most_bytes: int) -> None:
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UnreadableError(N_("The file is not an XLSX workbook.")) from error
    unpacked = sum(one.file_size for one in members)
    if unpacked > most_bytes * UNPACKED or len(members) > MOST_MEMBERS:
        raise UnreadableError(N_("The file is too large for a catalogue."))


def _rows_of(sheet: Worksheet, most_rows: int) -> list[Row]:
    if sheet.max_row > most_rows:
        raise UnreadableError(N_("The file has too many rows."))
    if sheet.max_column > MOST_COLUMNS:
        raise UnreadableError(N_("The file has too many columns."))
    rows = []
    for number, cells in enumerate(sheet.iter_rows(), 1):
        row = _row(number, [_text(cell.value) for cell in cells])
        row.formulas = {
            index for index, cell in enumerate(cells) if cell.data_type == "f"
        }
        rows.append(row)
    for merged in sheet.merged_cells.ranges:
        _spread(rows, merged.bounds)
    return rows


def _spread(rows: list[Row], bounds: tuple[int, int, int, int]) -> None:
    """Give a merged cell's text to the rows below it that it covers."""
    left, top, _right, bottom = bounds
    text = rows[top - 1].cells[left - 1]
    for row in rows[top:bottom]:
        row.cells[left - 1] = text
        row.wide = ""


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
