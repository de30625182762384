"""A source's values as the cells of a file, a whole column at once.

Most columns hold values of one kind, which are written and judged together; only a
column of mixed or doubtful values is gone through one by one.
"""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ckanext.sonla.shared.msgid import N_
from ckanext.sonla.shared.row_intake import BadCell, Numbers

from . import columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# Days repeat; so many of their texts are kept.
MOST_KNOWN = 50_000
_SPACES = " \t\r\n\v\f"
_ISO: dict[str, Callable[[str], Any]] = {
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
}
_YEAR = "%Y-"
_UNCHANGED = ("number", "string", "year")


class CellWriter:
    """Writes the values of one column.

    Args:
        field: of the Table Schema.
        limit: characters that a cell may have.
    """

    def __init__(self, field: dict[str, Any], limit: int) -> None:
        self.field, self.limit = field, limit
        self.kind = columns.kind_of(field)
        self.point = str(field.get("decimalChar") or ".")
        # Systems write days as ISO 8601 does, whatever the table's own form is.
        in_own_form = "%" in (field.get("format") or "")
        begins_alike = (field.get("format") or "").startswith(_YEAR)
        self._from_iso = (
            _ISO.get(self.kind) if in_own_form and not begins_alike else None
        )
        self._known: dict[Any, str] = {}
        self._ways: dict[type, Callable[[list[Any]], Iterable[str] | None]] = {
            str: self._texts,
            int: lambda values: self._short(list(map(str, values))),
            bool: lambda values: map(self._repeated, values),
            float: self._floats,
            Decimal: self._decimals,
            dt.date: lambda values: map(self._repeated, values),
        }

    def __call__(self, values: Sequence[Any], bad: dict[int, BadCell]) -> list[str]:
        """Return the cells; of a value that no cell can hold an empty one.

        Args:
            values: of some rows, in their order.
            bad: by its place, what is wrong with a value; added to.
        """
        if isinstance(values, Numbers):
            return self._numbers(values, bad)
        kinds = set(map(type, values))
        has_none = type(None) in kinds
        kinds.discard(type(None))
        if not kinds:
            return [""] * len(values)
        way = self._ways.get(kinds.pop()) if len(kinds) == 1 else None
        present = [one for one in values if one is not None] if has_none else values
        try:
            cells = way(list(present)) if way else None
            found = None if cells is None else list(cells)
        except BadCell:
            found = None
        if found is None:
            return self._one_by_one(values, bad)
        if not has_none:
            return found
        rest = iter(found)
        return ["" if one is None else next(rest) for one in values]

    def _one_by_one(self, values: Sequence[Any], bad: dict[int, BadCell]) -> list[str]:
        cells = []
        for at, value in enumerate(values):
            try:
                cells.append(self._cell(value))
            except BadCell as problem:
                bad[at] = problem
                cells.append("")
        return cells

    def _cell(self, value: Any) -> str:
        if value is None:
            return ""
        text = self._of_text(value) if isinstance(value, str) else self._written(value)
        if len(text) > self.limit:
            message = N_("A cell is longer than {limit} characters.")
            raise BadCell("cell_length", message, {"limit": self.limit})
        if "\x00" in text or not _is_text(text):
            raise BadCell("encoding", N_("A cell has characters that are no text."), {})
        return text

    def _numbers(self, texts: Numbers, bad: dict[int, BadCell]) -> list[str]:
        """Return numbers as the field writes them."""
        plain = self.point == "." and self.kind in _UNCHANGED
        if plain or (self.kind == "integer" and all(map(_is_whole, texts))):
            short = self._short(texts)
            return self._one_by_one(texts, bad) if short is None else short
        return self([Decimal(text) if text else None for text in texts], bad)

    def _texts(self, values: list[str]) -> Iterable[str] | None:
        """Return texts as they are, if nothing is wrong with any of them."""
        whole = "".join(values)
        if "\x00" in whole or not _is_text(whole):
            return None
        if self._short(values) is None:
            return None
        if self._from_iso:
            return map(self._repeated, values)
        if self.kind == "string" or not any(sign in whole for sign in _SPACES):
            return values
        return map(self._of_text, values)

    def _of_text(self, text: str) -> str:
        if self.kind == "string":
            return text
        if text.isspace():
            return ""
        if self._from_iso and text[4:5] == "-":
            with suppress(ValueError):
                return columns.as_text(self._from_iso(text), self.field)
        return text

    def _repeated(self, value: Any) -> str:
        """Return a value that many rows have."""
        found = self._known.get(value)
        if found is None:
            found = self._cell(value)
            if len(self._known) < MOST_KNOWN:
                self._known[value] = found
        return found

    def _floats(self, values: list[float]) -> Iterable[str] | None:
        plain = self.kind == "number" and self.point == "."
        return self._short(list(map(repr, values))) if plain else None

    def _decimals(self, values: list[Decimal]) -> Iterable[str] | None:
        if self.kind == "integer":
            return None
        texts = list(map(str, values))
        # An exponent, which `_plain` writes out.
        if any("E" in text for text in texts):
            return None
        if self.kind == "number" and self.point != ".":
            texts = [text.replace(".", self.point) for text in texts]
        return self._short(texts)

    def _short(self, texts: list[str]) -> list[str] | None:
        return texts if max(map(len, texts), default=0) <= self.limit else None

    def _written(self, value: Any) -> str:
        if isinstance(value, (dict, list)):
            return json.dumps(value, ensure_ascii=False, default=str)
        if isinstance(value, (bytes, bytearray, memoryview)):
            return bytes(value).hex()
        if isinstance(value, Decimal):
            return self._plain(value)
        return columns.as_text(value, self.field)

    def _plain(self, value: Decimal) -> str:
        """Return a number without an exponent, which a whole number can't have."""
        text = f"{value:f}"
        if self.kind == "integer" and "." in text:
            whole, _, rest = text.partition(".")
            return whole if not rest.strip("0") else text
        return text.replace(".", self.point) if self.kind == "number" else text


def _is_whole(text: str) -> bool:
    return not text or text.removeprefix("-").isdigit()


def _is_text(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
