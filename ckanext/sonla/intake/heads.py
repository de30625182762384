"""Where a table's header is: under titles, over one to three rows, merged or not."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .names import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .readers.table import Merged, Row

# A sheet may open with its title, its number and its unit.
HEADER_ROWS = 15
DEPTH = 3
# What officers call the column that only counts the rows.
COUNTS = {"stt", "tt", "so tt", "so thu tu", "s tt", "thu tu", "no"}
_LETTERS = re.compile(r"[A-ZĐ]")
_NUMBERED = re.compile(r"\(?(\d{1,3})\)?(\s*=.*)?")


@dataclass(frozen=True)
class Head:
    """A header: its first and last row, from 0, and each column's texts, from above."""

    first: int
    last: int
    paths: list[list[str]]

    @property
    def texts(self) -> list[str]:
        """Each column's name in one text, numbered where another one has it too."""
        seen: Counter[str] = Counter()
        found = []
        for path in self.paths:
            text = " ".join(path)
            seen[text] += 1
            again = text and seen[text] > 1
            found.append(f"{text} [{seen[text]}]" if again else text)
        return found


@dataclass(frozen=True)
class Wanted:
    """The columns that a header should name.

    `fields` are those of a Table Schema; `chosen` is the field by the folded text of
    a header, None for one that is left out.
    """

    fields: list[dict[str, Any]]
    chosen: dict[str, str | None]


def shown(cell: Any) -> str:
    """Return a cell's text in one line."""
    return "" if cell is None else re.sub(r"\s+", " ", str(cell)).strip()


def filled(row: Row) -> int:
    """Return how many cells of a row hold something."""
    return sum(1 for cell in row if cell is not None and shown(cell))


def head_of(rows: list[Row], merged: list[Merged], first: int, last: int) -> Head:
    """Return the header that stands in these rows."""
    width = max((len(row) for row in rows[first : last + 1]), default=0)
    levels = [
        _level(rows, merged, number, last, width) for number in range(first, last + 1)
    ]
    paths = []
    for column in range(width):
        path: list[str] = []
        for level in levels:
            text = level[column]
            if text and (not path or path[-1] != text):
                path.append(text)
        paths.append(path)
    return Head(first, last, paths)


def _level(
    rows: list[Row], merged: list[Merged], number: int, last: int, width: int
) -> list[str]:
    """Return one row of a header, with the texts that reach over several columns."""
    texts = [shown(cell) for cell in rows[number]]
    texts += [""] * (width - len(texts))
    for top, left, bottom, right in merged:
        if top <= number <= bottom and left < width and top < len(rows):
            source = rows[top][left] if left < len(rows[top]) else None
            for column in range(left, min(right, width - 1) + 1):
                texts[column] = texts[column] or shown(source)
    if number == last or merged:
        return texts
    below = [shown(cell) for cell in rows[number + 1]]
    below += [""] * (width - len(below))
    for column in range(1, width):
        # Formats without merged cells: an empty cell goes on with its left one.
        if not texts[column] and below[column] and below[column - 1]:
            texts[column] = texts[column - 1]
    return texts


def found(rows: list[Row], merged: list[Merged], wanted: Wanted | None) -> Head:
    """Return the header among the first rows.

    With a Table Schema it is the one that names most of its fields, in the fewest
    rows, the first of those; without one, the first row as wide as the table mostly
    is. `rows` has at least one row that isn't empty.
    """
    candidates = [at for at, row in enumerate(rows) if filled(row)][:HEADER_ROWS]
    if wanted is None:
        return _free(rows, merged, candidates)
    best, score = head_of(rows, merged, candidates[0], candidates[0]), 0
    for depth in range(DEPTH):
        for last in candidates:
            first = last - depth
            if first not in candidates:
                continue
            head = head_of(rows, merged, first, last)
            fit = len(matched(head, wanted))
            if fit > score:
                best, score = head, fit
    return best


def _free(rows: list[Row], merged: list[Merged], candidates: list[int]) -> Head:
    counts = Counter(filled(row) for row in rows if filled(row))
    usual = max(counts, key=lambda count: (counts[count], count))
    first = next(
        (at for at in candidates if 2 * filled(rows[at]) >= max(usual, 3)),
        candidates[0],
    )
    last = first
    for _ in range(DEPTH - 1):
        if last + 1 < len(rows) and _goes_on(rows, merged, last):
            last += 1
    return head_of(rows, merged, first, last)


def _goes_on(rows: list[Row], merged: list[Merged], number: int) -> bool:
    """Tell whether a header's next row divides the columns of this one."""
    below = rows[number + 1]
    if not filled(below) or any(isinstance(cell, int | float) for cell in below):
        return False
    if merged:
        return any(
            bottom > number or _divided(below, left, right)
            for top, left, bottom, right in merged
            if top <= number <= bottom
        )
    own = [shown(cell) for cell in rows[number]]
    gaps = [at for at, text in enumerate(own) if not text and at < len(below)]
    divided = [at for at, cell in enumerate(below) if shown(cell)]
    # All gaps are filled below, and something above stands alone.
    return (
        bool(gaps)
        and set(gaps) <= set(divided)
        and len(divided) < len(own)
        and not any(re.search(r"\d{3}", shown(below[at])) for at in gaps)
    )


def _divided(below: Row, left: int, right: int) -> bool:
    return sum(1 for cell in below[left : right + 1] if shown(cell)) > 1


def matched(head: Head, wanted: Wanted) -> dict[int, list[int]]:
    """Return the positions that name each field, by the field's index.

    The text as written comes before the text without case, accents and signs, then
    without what stands in brackets, then the header's lowest row alone.
    """
    texts = head.texts
    result: dict[int, list[int]] = {}
    used: set[int] = set()
    by_name = {str(one["name"]): at for at, one in enumerate(wanted.fields)}
    for position, text in enumerate(texts):
        if text and folded(text) in wanted.chosen:
            used.add(position)
            field = wanted.chosen[folded(text)]
            if field in by_name:
                result[by_name[field]] = [position]
    leaves = [path[-1] if path else "" for path in head.paths]
    plain = [" ".join(path) for path in head.paths]
    for cells, key in (
        (plain, _written),
        (plain, folded),
        (plain, _bare),
        (leaves, folded),
        (leaves, _bare),
    ):
        keys = [key(cell) if cell else "" for cell in cells]
        for index, one in enumerate(wanted.fields):
            aliases = {key(name) for name in _names(one)} - {""}
            positions = [
                at for at, cell in enumerate(keys) if cell in aliases and at not in used
            ]
            # A lowest row that several columns share tells none of them.
            unclear = cells is leaves and len(positions) > 1
            if index not in result and positions and not unclear:
                result[index] = positions
                used.update(positions)
    return result


def _names(one: dict[str, Any]) -> Iterable[str]:
    return (str(one[name]) for name in ("name", "title") if one.get(name))


def _written(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _bare(text: str) -> str:
    """Return a folded name without its unit: what stands in brackets, or after ĐVT."""
    return folded(re.sub(r"\([^()]*\)|\[[^\[\]]*\]|(?i:\bđvt\b).*", " ", text))


def counts_rows(text: str) -> bool:
    """Tell whether a header names the column that only counts rows (STT)."""
    return folded(text) in COUNTS


def is_numbering(row: Row, *, under_title: bool) -> bool:
    """Tell whether a row only numbers the columns: (1) (2) (3), or A B 1 2.

    Args:
        under_title: whether the header isn't simply the file's first row; plain
            numbers are data otherwise.
    """
    texts = [shown(cell) for cell in row]
    texts = [text for text in texts if text]
    if len(texts) < 3:  # noqa: PLR2004 - two numbers may be anything
        return False
    letters = 0
    while letters < len(texts) and _LETTERS.fullmatch(texts[letters]):
        letters += 1
    numbers = [_NUMBERED.fullmatch(text.removesuffix(".0")) for text in texts[letters:]]
    if not all(numbers):
        return False
    counted = [int(found[1]) for found in numbers if found]
    marked = letters > 0 or all(text.startswith("(") for text in texts)
    rising = counted == list(range(counted[0] if counted else 1, 1000))[: len(counted)]
    return (
        rising
        and (not counted or counted[0] in (1, 2, letters + 1))
        and (marked or under_title)
    )
