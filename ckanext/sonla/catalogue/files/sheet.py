"""What a file's readers hand on: rows of text, and what was seen beside them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

MOST_COLUMNS = 60
# What copies from web pages leave in cells, and nobody sees.
_UNSEEN = {ord(one): None for one in "\u200b\u200c\u200d\ufeff\u00ad\0"} | {0xA0: " "}


class UnreadableError(ValueError):
    """A file that can't be read; its text is the reason, an English msgid."""


@dataclass
class Row:
    """A row of a sheet.

    Args:
        number: its number in the file, from 1.
        cells: the cells' texts.
        spans: the last column of a cell that is merged to the right, by its first.
        copied: columns whose text comes from a cell merged downwards.
        computed: columns that hold a formula with its last value.
        formulas: columns that hold a formula without a value.
        hidden: whether the file hides the row.
    """

    number: int
    cells: list[str]
    spans: dict[int, int] = field(default_factory=dict)
    copied: set[int] = field(default_factory=set)
    computed: set[int] = field(default_factory=set)
    formulas: set[int] = field(default_factory=set)
    hidden: bool = False

    @property
    def filled(self) -> dict[int, str]:
        """The texts of the row's own cells, by their columns."""
        return {
            number: cell
            for number, cell in enumerate(self.cells)
            if cell and number not in self.copied
        }

    def cell(self, number: int) -> str:
        """Return a cell's text, also past the row's end."""
        return self.cells[number] if number < len(self.cells) else ""


@dataclass
class Sheet:
    """A sheet's rows, and what of the file was not read as such.

    Args:
        rows: the rows in their order.
        hidden: names of hidden sheets.
        others: names of further visible sheets.
        hidden_columns: columns that the file hides.
        macros: whether the file brings macros.
        links: whether the file has links to other files.
        schemas: rows of the sheet of Table Schemas that an export adds.
    """

    rows: list[Row]
    hidden: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    macros: bool = False
    links: bool = False
    schemas: list[Row] = field(default_factory=list)


def text_of(value: Any) -> str:
    """Return a cell's value as the text that a reader sees, composed and trimmed."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unicodedata.normalize("NFC", str(value).translate(_UNSEEN)).strip()
