"""What every reader gives: rows of cells, before anybody knows the header."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.shared.findings import Finding

Cell = str | int | float | bool | Decimal | date | datetime | time | None
Row = list[Cell]
# First row, first position, last row, last position; all from 0, as in `rows`.
Merged = tuple[int, int, int, int]


@dataclass
class RawTable:
    """Rows as they stand in the file, the header among the first.

    `typed` says that cells may be numbers and dates, not only text; `notes` is what
    the reader wants said, such as other sheets that it passed by. `sheets` are those
    that a person sees, `merged` the cells that were made one, `first_column` the
    position of the rows' first cell in the sheet, from 0. `encoding` is a text's, `crs`
    the reference system of a map's coordinates.
    """

    rows: Iterator[Row]
    typed: bool = False
    notes: list[Finding] = field(default_factory=list)
    sheet: str | None = None
    sheets: list[str] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    first_column: int = 0
    encoding: str | None = None
    crs: str | None = None
