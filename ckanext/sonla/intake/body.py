"""Which rows under a header are the table: totals, headings and notes are not.

An officer's sheet is made for people: rows that sum up, rows that only head the next
ones, and below the table its notes, the date and who signs. They are passed by, and
said so by their numbers; a choice may ask for every row.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from ckanext.sonla.shared.findings import INFORMS, Finding
from ckanext.sonla.shared.msgid import N_

from .heads import filled, shown
from .names import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .readers.table import Cell, Merged, Row

# So many rows at the end may be notes and signatures.
TAIL = 60
NUMBERS_SHOWN = 20
# So many rows of the table are kept to be looked at.
SHOWN = 20
_TOTAL = re.compile(
    r"(tong|cong|tong cong|tong so|cong tong|toan tinh|ca tinh|total)"
    r"( (toan tinh|ca tinh|toan xa|chung|so|cong|[ivx]+|\d+))*"
)
_NOTE = re.compile(
    r"(ghi chu|nguon|luu y|chu thich|nguoi lap|thu truong|chu tich|giam doc|tm|kt|"
    r"noi nhan|xac nhan|ky ten|ke toan|don vi bao cao|ngay \d* ?thang)\b|"
    r".*\bngay( \d+)? thang( \d+)? nam\b"
)
_SECTION = re.compile(r"([IVX]+|[A-H])[.)/]?")
_HEADING = re.compile(r"([IVX]+|[A-H])[.)/]\s+\S.*")


@dataclass
class Body:
    """What decides which rows are the table.

    Args:
        first: the number of the first row after the header, as the sheet counts.
        width: how many columns have a header.
        counting: positions of the columns that only count rows; emptied.
        merged: cells made one, by the rows' numbers from 0.
        last: the table's last row as chosen, None for the proposal.
        whole: every row is the table.
    """

    first: int
    width: int
    counting: list[int] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    last: int | None = None
    whole: bool = False
    notes: list[Finding] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    last_read: int | None = None
    repeated: int = 0
    shown: list[tuple[int, Row]] = field(default_factory=list)

    def rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows of the table; what lies between them is an empty row."""
        waiting: deque[tuple[int, Row]] = deque()
        for number, row in enumerate(self._filled_down(rows), start=self.first):
            if self.last is not None and number > self.last:
                break
            waiting.append((number, row))
            if len(waiting) > TAIL:
                yield self._kept(*waiting.popleft())
        end = self._cut(list(waiting))
        for number, row in list(waiting)[:end]:
            yield self._kept(number, row)
        self._tell([number for number, row in list(waiting)[end:] if filled(row)])

    def look(self, rows: Iterable[Row], count: int) -> None:
        """Look at the first rows of a table that is staged already.

        Args:
            rows: of the table, which is nothing but its rows.
            count: how many there are.
        """
        self.shown = list(enumerate(map(list, islice(rows, SHOWN)), start=self.first))
        self.last_read = self.first + count - 1

    def _kept(self, number: int, row: Row) -> Row:
        if not self.whole and self._is_between(row, number):
            self.left_out.append(number)
            return []
        for at in self.counting:
            if at < len(row):
                row[at] = None
        if any(cell not in (None, "") for cell in row):
            self.last_read = number
            if len(self.shown) < SHOWN:
                self.shown.append((number, list(row)))
        return row

    def _cut(self, rows: list[tuple[int, Row]]) -> int:
        """Return how many of the last rows are still the table."""
        if self.whole or self.last is not None or self.width < 2:  # noqa: PLR2004 - a list has no totals
            return len(rows)
        # Who signs, and their names, stand side by side.
        few = max(2, self.width // 2) if self.width > 2 else 1  # noqa: PLR2004 - as above
        end = len(rows)
        for at in range(len(rows) - 1, -1, -1):
            row = rows[at][1]
            count = filled(row)
            after_gap = at > 0 and not filled(rows[at - 1][1])
            if _is_total(row) or _is_note(row) or (count == 1 and after_gap):
                end = at
            elif count > few:
                break
        return end

    def _is_between(self, row: Row, number: int) -> bool:
        """Tell whether a row only heads the next ones, or sums up those before."""
        if self._is_plain(row, number):
            return False
        cells = [shown(cell) for cell in row[: self.width]]
        used = [text for text in cells if text]
        if not used or self.width < 3:  # noqa: PLR2004 - too little to tell by
            return False
        across = any(
            top == number - 1 == bottom and 2 * (right - left + 1) > self.width
            for top, left, bottom, right in self._near(number)
        )
        if across and len(set(used)) <= 2:  # noqa: PLR2004 - its number and its name
            return True
        if len(used) == 1 and _HEADING.fullmatch(used[0]):
            return True
        numbered = len(used) == 2 and bool(_SECTION.fullmatch(used[0]))  # noqa: PLR2004 - as above
        if numbered and self.counting and cells[self.counting[0]] == used[0]:
            return True
        return self._sums_up(row, cells)

    def _is_plain(self, row: Row, number: int) -> bool:
        """Tell quickly, as of most of a million rows, that a row is the table's."""
        if self._near(number) or not _holds(row[: self.width], 3):
            return False
        if not self.counting:
            return True
        at = self.counting[0]
        return at < len(row) and str(row[at]).strip().isdigit()

    def _sums_up(self, row: Row, cells: list[str]) -> bool:
        # Only where rows are counted and this one isn't: else it may be data.
        if not self.counting or not _is_total(row):
            return False
        count = cells[self.counting[0]] if self.counting[0] < len(cells) else ""
        return not count.isdigit()

    def _near(self, number: int) -> list[Merged]:
        if not self.merged:
            return []
        if not hasattr(self, "_by_row"):
            self._by_row: dict[int, list[Merged]] = {}
            for one in self.merged:
                self._by_row.setdefault(one[0], []).append(one)
        return self._by_row.get(number - 1, [])

    def _filled_down(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows with cells merged downwards repeated in each."""
        if not any(bottom > top for top, _, bottom, _ in self.merged):
            yield from rows
            return
        reaching: dict[int, tuple[int, Cell]] = {}
        for number, row in enumerate(rows, start=self.first):
            for top, left, bottom, _right in self._near(number):
                if bottom > top and left < len(row):
                    reaching[left] = (bottom, row[left])
            for column, (bottom, value) in list(reaching.items()):
                if number - 1 > bottom:
                    del reaching[column]
                elif column < len(row) and row[column] in (None, "") and filled(row):
                    row[column] = value
                    self.repeated += 1
            yield row

    def _tell(self, after: list[int]) -> None:
        if after:
            self.notes.append(
                Finding(
                    "rows.after",
                    INFORMS,
                    N_(
                        "Rows {first} to {last} below the table (totals, notes, "
                        "signatures) were left out."
                    ),
                    {"first": after[0], "last": after[-1]},
                )
            )
        if self.left_out:
            shown_numbers = ", ".join(map(str, self.left_out[:NUMBERS_SHOWN]))
            more = "…" if len(self.left_out) > NUMBERS_SHOWN else ""
            self.notes.append(
                Finding(
                    "rows.between",
                    INFORMS,
                    N_("Rows that head or sum up others were left out: {rows}."),
                    {"rows": shown_numbers + more},
                )
            )
        if self.repeated:
            self.notes.append(
                Finding(
                    "merged",
                    INFORMS,
                    N_("Values of merged cells were repeated in {count} cells."),
                    {"count": self.repeated},
                )
            )


def _holds(row: Row, least: int) -> bool:
    """Tell whether so many cells of a row hold something."""
    for cell in row:
        if cell is not None and not (isinstance(cell, str) and not cell.strip()):
            least -= 1
            if not least:
                return True
    return False


def _is_total(row: Row) -> bool:
    # The word stands in the first columns; a number may be before it.
    texts = [shown(cell) for cell in row[:3] if isinstance(cell, str) and shown(cell)]
    return any(_TOTAL.fullmatch(folded(text)) for text in texts[:2])


def _is_note(row: Row) -> bool:
    texts = [shown(cell) for cell in row if isinstance(cell, str) and shown(cell)]
    if not texts or len(texts) > 3:  # noqa: PLR2004 - people who sign stand side by side
        return False
    first = texts[0]
    return first.startswith(("*", "(*", "- Nơi nhận")) or bool(
        _NOTE.match(folded(first))
    )
