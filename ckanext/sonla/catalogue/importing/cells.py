"""The cells of a line, turned into an entry's fields; each fault has its place."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ckanext.sonla.catalogue import vocabulary
from ckanext.sonla.catalogue.annex import words
from ckanext.sonla.catalogue.annex.cells import tables_from_titles
from ckanext.sonla.catalogue.annex.days import day_of
from ckanext.sonla.catalogue.folding import fold
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from .found import Annex

NUMBER_LENGTH = 7
# Ways of saying "nothing", and of saying that there is no file at all.
_NOTHING = {"", "khong", "khong co", "chua co", "n a", "x"}
_PAPER = {"giay", "ban giay", "ban cung", "van ban giay"}
_DONE = ("da cong bo", "da co", "da cung cap", "dang cong bo")
_WORD_OF_FORMAT = {
    "bang tinh": "XLSX", "bang tinh excel": "XLSX", "tep excel": "XLSX",
    "shapefile": "SHP", "shape": "SHP", "ban do so": "SHP", "anh": "JPEG",
    "tep csv": "CSV", "file excel": "XLSX", "file csv": "CSV", "file pdf": "PDF",
    "tep pdf": "PDF", "file word": "DOCX", "doc": "DOCX", "json api": "JSON",
    "dich vu du lieu": "API", "web service": "API", "ms excel": "XLSX",
}  # fmt: skip


class Cells:
    """Reads the cells of a line, column by column."""

    def __init__(self, found: Annex) -> None:
        self._found = found

    def value(self, row: int, name: str, text: str) -> Any:
        """Return a field's value by the contract; None for a cell that says nothing."""
        if not text:
            return None
        reader = getattr(self, f"_{name}", None)
        return reader(row, text) if reader else text

    def _listed(self, row: int, name: str, text: str) -> Any:
        value = words.value_of(name, text)
        if value is not None:
            return value
        value = words.guess_of(name, text)
        if value is None:
            self._found.blocks(
                row, name, N_("{value} is not in the list."), value=text[:200]
            )
            return None
        self._found.guesses(
            row, name, N_("{value} was read as {word}."),
            value=text[:200], word=words.word(name, value),
        )  # fmt: skip
        return value

    def _code(self, _row: int, text: str) -> str | None:
        return None if fold(text) in _NOTHING else text

    def _update_cycle(self, row: int, text: str) -> Any:
        return self._listed(row, "update_cycle", text)

    def _content_kind(self, row: int, text: str) -> Any:
        return self._listed(row, "content_kind", text)

    def _priority(self, row: int, text: str) -> Any:
        return self._listed(row, "priority", text)

    def _change(self, row: int, text: str) -> Any:
        return self._listed(row, "change", text)

    def _position(self, _row: int, text: str) -> int | None:
        good = text.isdecimal() and len(text) < NUMBER_LENGTH
        return int(text) if good else None

    def _sharing(self, row: int, text: str) -> list[Any]:
        whole = words.value_of("sharing", text)
        if whole is not None:
            return [whole]
        values = [self._listed(row, "sharing", part) for part in words.parts_of(text)]
        return list(dict.fromkeys(one for one in values if one is not None))

    def _formats(self, row: int, text: str) -> list[str]:
        formats = []
        for part in words.parts_of(re.sub(r"\([^)]*\)", " ", text)):
            folded = fold(part)
            if folded in _NOTHING:
                continue
            if folded in _PAPER:
                self._found.guesses(
                    row, "formats", N_("{value} is no format of a file; left out."),
                    value=part[:100],
                )  # fmt: skip
                continue
            formats.append(_WORD_OF_FORMAT.get(folded, part.lstrip("*.")))
        return list(dict.fromkeys(map(vocabulary.canonical_format, formats)))

    def _publish_by(self, row: int, text: str) -> str | None:
        folded = fold(text)
        if folded in _NOTHING or folded.startswith(_DONE):
            if folded not in _NOTHING:
                self._found.guesses(
                    row, "publish_by", N_("{value} was read as no date."),
                    value=text[:100],
                )  # fmt: skip
            return None
        try:
            return day_of(text).isoformat()
        except ValueError:
            self._found.blocks(
                row, "publish_by",
                N_("Write a day, month, quarter or year, such as 30/9/2026."),
                value=text[:200],
            )  # fmt: skip
            return None

    def _coordinating_agencies(self, _row: int, text: str) -> list[str]:
        parts = [part.strip(" -+.") for part in re.split(r"[;\n]", text)]
        return [part for part in parts if fold(part) not in _NOTHING]

    def tables(self, row: int, cells: dict[str, str]) -> Any:
        """Return the tables: their schemas if the file has them, else the fields."""
        text = cells.get("tables", "")
        if text:
            try:
                return json.loads(text)
            except (ValueError, RecursionError):
                self._found.blocks(row, "tables", N_("The Table Schema is not JSON."))
                return None
        kind = words.value_of("content_kind", cells.get("content_kind") or "table")
        fields = cells.get("fields", "")
        if kind == "table" and fields:
            return tables_from_titles(cells.get("title", ""), fields)
        return None
