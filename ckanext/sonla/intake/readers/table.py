"""What every reader gives: rows of cells, before anybody knows the header."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.shared.checks import Finding

Cell = str | int | float | bool | Decimal | date | datetime | time | None
Row = list[Cell]


@dataclass
class RawTable:
    """Rows as they stand in the file, the header among the first.

    `typed` says that cells may be numbers and dates, not only text; `notes` is what
    the reader wants said, such as other sheets that it passed by.
    """

    rows: Iterator[Row]
    typed: bool = False
    notes: list[Finding] = field(default_factory=list)
