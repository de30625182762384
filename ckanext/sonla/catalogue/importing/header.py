"""The row of headers of an annex: one, or two with groups merged over them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ckanext.sonla.catalogue.annex import columns as annex
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from ckanext.sonla.catalogue.annex.columns import Column
    from ckanext.sonla.catalogue.files.sheet import Row

    from .found import Annex

WITHIN = 40
LEAST = 3
REQUIRED = ("title", "lead_agency", "update_cycle")
_NUMBER = re.compile(r"\(?(?:\d{1,2}|[A-Z]|[a-z])\)?(?:\s*=.*)?")


@dataclass
class Header:
    """Where the headers are, and what each column means.

    Args:
        start: the index of the first row of headers.
        end: the index of the first row below them.
        columns: the entry's field of each column that was understood.
        exact: columns whose header is a known name.
        texts: what the header says, by column.
    """

    start: int
    end: int
    columns: dict[int, Column] = field(default_factory=dict)
    exact: set[int] = field(default_factory=set)
    texts: dict[int, str] = field(default_factory=dict)

    @property
    def fields(self) -> set[str]:
        """The fields of which the file has a column."""
        return {one.field for one in self.columns.values()}

    @property
    def strength(self) -> tuple[int, int, int]:
        """What the best of several readings has most of."""
        has_title = "title" in self.fields
        return (int(has_title), len(self.fields), -(self.end - self.start))

    def place(self, name: str) -> int | None:
        """Return the column of a field."""
        return next((n for n, one in self.columns.items() if one.field == name), None)


def find(rows: list[Row]) -> Header | None:
    """Return the headers among a sheet's first rows; None if there are none."""
    found = []
    for start in range(min(len(rows), WITHIN)):
        found.append(_read(rows, start, 1))
        if start + 1 < len(rows) and _goes_on(rows[start], rows[start + 1]):
            found.append(_read(rows, start, 2))
    good = [one for one in found if "title" in one.fields and len(one.fields) >= LEAST]
    if not good:
        return None
    best = max(good, key=lambda one: (one.strength, -one.start))
    while best.end < len(rows) and _is_numbering(rows[best.end]):
        best.end += 1
    return best


def _goes_on(upper: Row, lower: Row) -> bool:
    """Tell whether a row of headers has a second one under its groups."""
    below = [
        text
        for number, text in lower.filled.items()
        if not upper.cell(number) or _is_grouped(upper, number)
    ]
    return sum(annex.called(text) is not None for text in below) >= min(2, len(below))


def _is_grouped(row: Row, number: int) -> bool:
    return any(first <= number <= last for first, last in row.spans.items())


def _read(rows: list[Row], start: int, depth: int) -> Header:
    header = Header(start, start + depth)
    upper = rows[start]
    lower = rows[start + 1] if depth > 1 else None
    width = max(len(upper.cells), len(lower.cells) if lower else 0)
    for number in range(width):
        top = _label(upper, number)
        below = lower.cell(number) if lower else ""
        if lower and number in lower.copied:
            below = ""
        found = _meaning(top, below)
        header.texts[number] = " ".join(part for part in (top, below) if part)
        if found is not None:
            header.columns[number] = found[0]
            if found[1]:
                header.exact.add(number)
    _settle(header)
    return header


def _label(row: Row, number: int) -> str:
    """Return a header, or that of the group that is merged over the column."""
    if text := row.cell(number):
        return text
    for first, last in row.spans.items():
        if first <= number <= last:
            return row.cell(first)
    return ""


def _meaning(top: str, below: str) -> tuple[Column, bool] | None:
    """Return what a header under a group means, and whether it is a known name."""
    if not below:
        return annex.called(top) if top else None
    both = annex.called(f"{top} {below}")
    alone = annex.called(below)
    for one in (both, alone):
        if one is not None and one[1]:
            return one
    return alone or both


def _settle(header: Header) -> None:
    """Leave a field to the header that names it, where others only contain a name."""
    for number, column in list(header.columns.items()):
        others = [n for n, one in header.columns.items() if one is column]
        if number not in header.exact and (
            header.exact & set(others) or number != min(others)
        ):
            del header.columns[number]


def _is_numbering(row: Row) -> bool:
    """Tell whether a row only counts the columns: (1), (2), (3)."""
    texts = list(row.filled.values())
    return len(texts) >= LEAST and all(_NUMBER.fullmatch(text) for text in texts)


def tell(found: Annex, header: Header, row: int) -> None:
    """Note how the headers were understood, and what is missing."""
    for number, text in sorted(header.texts.items()):
        if not text:
            continue
        column = header.columns.get(number)
        how = "known" if number in header.exact else "guessed"
        found.columns.append(
            {
                "column": _letter(number),
                "header": text[:200],
                "field": column.field if column else None,
                "how": how if column else "ignored",
            }
        )
        if column is None:
            found.guesses(
                row, text[:100], N_("The column {value} is not known and not read."),
                value=text[:100],
            )  # fmt: skip
        elif number not in header.exact:
            found.guesses(
                row, column.field, N_("The header {value} was read as {column}."),
                value=text[:100], column=column.header,
            )  # fmt: skip
    _twice(found, header, row)


def _twice(found: Annex, header: Header, row: int) -> None:
    counts = Counter(one.field for one in header.columns.values())
    for name, count in counts.items():
        if count > 1 and name != "tables":
            found.blocks(
                row, name, N_("The column {column} occurs twice."),
                column=annex.HEADERS[name],
            )  # fmt: skip


def _letter(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
