"""The joined table as one file: CSV as PostgreSQL writes it, XLSX row by row.

A file is written to the disk first: the tables are held as long as the database needs,
however slowly a client takes it, and memory holds a row at a time.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from psycopg2.sql import SQL, Identifier

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.workbooks import workbook

from . import columns
from .reading import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .columns import Layout
    from .members import Joined

_SECONDS = "sonla.catalogue.joined_file_seconds"
_BATCH = 2000
_BOM = b"\xef\xbb\xbf"
# More digits than a spreadsheet's number holds stay text.
MOST_DIGITS = 15
LONGEST_CELL = 32_767


def as_csv(joined: Joined, file: IO[bytes]) -> None:
    """Write the table as UTF-8 CSV, with the mark that spreadsheet programs need."""
    layout = columns.layout(joined)
    file.write(_BOM)
    with reader(_SECONDS) as cursor:
        _hold(cursor, joined)
        for number, member in enumerate(joined.members):
            rows = SQL("SELECT {} FROM ({} ORDER BY _id) AS one").format(
                SQL(", ").join(Identifier(name) for name in layout.names),
                columns.select(member, layout),
            )
            header = SQL("true" if number == 0 else "false")
            cursor.copy_expert(
                SQL("COPY ({}) TO STDOUT WITH (FORMAT csv, HEADER {})").format(
                    rows, header
                ),
                file,
            )


def as_xlsx(joined: Joined, file: IO[bytes]) -> None:
    """Write the table as a workbook whose cells never run as formulas.

    Raises:
        ValidationError: it has more rows than a workbook is made of here.
    """
    most = tk.config["sonla.catalogue.joined_xlsx_rows"]
    if joined.rows > most:
        raise tk.ValidationError(
            {
                "format": [
                    tk._(
                        "The table has {rows} rows; workbooks are made of up to {most}."
                        " Take the CSV."
                    ).format(rows=joined.rows, most=most)
                ]
            }
        )
    layout = columns.layout(joined)
    book = workbook(file, constant_memory=True)
    sheet = book.add_worksheet("Dữ liệu")
    bold = book.add_format({"bold": True, "text_wrap": True})
    days = {
        date: book.add_format({"num_format": "dd/mm/yyyy"}),
        datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"}),
    }
    heads = ["Mã cơ quan", "Cơ quan cung cấp", *(one.title for one in layout.fields)]
    for column, text in enumerate(heads):
        sheet.write_string(0, column, text[:LONGEST_CELL], bold)
    for line, row in enumerate(_rows(joined, layout), 1):
        for column, value in enumerate(row):
            _write(sheet, line, column, value, days)
    book.close()


def _rows(joined: Joined, layout: Layout) -> Iterator[tuple[Any, ...]]:
    """Yield all rows by a cursor that the database keeps, a batch at a time."""
    with reader(_SECONDS) as cursor:
        _hold(cursor, joined)
        for number, member in enumerate(joined.members):
            name = f"sonla_joined_{number}"
            with cursor.connection.cursor(name) as batches:
                batches.itersize = _BATCH
                batches.execute(
                    SQL("SELECT {} FROM ({} ORDER BY _id) AS one").format(
                        SQL(", ").join(Identifier(one) for one in layout.names),
                        columns.select(member, layout),
                    )
                )
                yield from batches


def _hold(cursor: Any, joined: Joined) -> None:
    """Hold all tables, so that each is read in the state in which it was found."""
    cursor.execute(
        SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(
            SQL(", ").join(
                Identifier("public", one.resource_id) for one in joined.members
            )
        )
    )


def _write(
    sheet: Any, line: int, column: int, value: Any, days: dict[Any, Any]
) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, int | float | Decimal) and _fits(value):
        sheet.write_number(line, column, value)
    elif isinstance(value, date) and value.year >= 1900:  # noqa: PLR2004 - a spreadsheet's first
        plain = value.replace(tzinfo=None) if isinstance(value, datetime) else value
        sheet.write_datetime(line, column, plain, days[type(value)])
    else:
        sheet.write_string(line, column, str(value)[:LONGEST_CELL])


def _fits(value: float | Decimal) -> bool:
    return len(str(value).strip("-").replace(".", "")) <= MOST_DIGITS and (
        str(value).lower() not in ("nan", "inf", "-inf", "infinity", "-infinity")
    )
