"""A corrected file: a workbook or CSV whose first row names the table's columns."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import python_calamine

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.msgid import N_

from .exporting import ID, MOST

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 20_000_000
MOST_UNPACKED = 200_000_000
# Of a number that the database's own kind of number holds.
MOST_DIGITS = 18
_UNREADABLE = N_("This is no workbook (XLSX) and no CSV in UTF-8 that can be read.")
_TOO_BIG = N_("The file is too big: send at most {rows} rows and {bytes} MB.")
_NO_COLUMNS = N_("The first row names no column of the table: {columns}.")
_NO_ROWS = N_("The file has no rows.")


class Corrected:
    """What a corrected file says.

    Args:
        columns: of the table, in the file's order.
        rows: their cells as texts.
        ids: of the quarantined rows that they correct.
    """

    def __init__(self, columns: list[str], rows: list[list[str]], ids: list[int]):
        self.columns, self.rows, self.ids = columns, rows, ids


def read(upload: Any, known: list[str]) -> Corrected:
    """Read a corrected file.

    Args:
        upload: as a form or a multipart request brings it.
        known: the table's columns.

    Raises:
        ckan ValidationError: what is wrong with it, under `upload`.
    """
    content = upload.stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise _refusal(_TOO_BIG, rows=MOST, bytes=MOST_BYTES // 10**6)
    lines = [row for row in islice(_lines(content), MOST + 2) if any(row)]
    if len(lines) > MOST + 1:
        raise _refusal(_TOO_BIG, rows=MOST, bytes=MOST_BYTES // 10**6)
    head = [cell.strip() for cell in lines[0]] if lines else []
    places = {name: at for at, name in enumerate(head) if name in known}
    if not places:
        raise _refusal(_NO_COLUMNS, columns=", ".join(known))
    if len(lines) == 1:
        raise _refusal(_NO_ROWS)
    own = head.index(ID) if ID in head else None
    body = lines[1:]
    return Corrected(
        list(places),
        [[_at(row, at) for at in places.values()] for row in body],
        [int(_id(row, own)) for row in body if _id(row, own)],
    )


def _refusal(message: str, **told: Any) -> tk.ValidationError:
    return tk.ValidationError({"upload": [tk._(message).format(**told)]})


def _at(row: list[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _id(row: list[str], place: int | None) -> str:
    """Return the number of the quarantined row that a row corrects, if it says one."""
    # A spreadsheet may have made a decimal number of it.
    text = _at(row, place).strip().removesuffix(".0") if place is not None else ""
    good = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return text if good else ""


def _lines(content: bytes) -> Iterator[list[str]]:
    try:
        if content[:2] == b"PK":
            return iter(_of_workbook(content))
        text = content.decode("utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        return iter(list(csv.reader(io.StringIO(text), delimiter=delimiter)))
    except (
        UnicodeDecodeError,
        csv.Error,
        zipfile.BadZipFile,
        python_calamine.CalamineError,
        ValueError,
    ) as error:
        raise _refusal(_UNREADABLE) from error


def _of_workbook(content: bytes) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(one.file_size for one in archive.infolist()) > MOST_UNPACKED:
            raise _refusal(_TOO_BIG, rows=MOST, bytes=MOST_BYTES // 10**6)
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheet = book.get_sheet_by_index(0)
    return [[_cell(one) for one in row] for row in sheet.iter_rows()]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return "" if value is None else str(value).replace("\0", "")
