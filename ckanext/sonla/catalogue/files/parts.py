"""What an XLSX is made of, looked at before any reader opens it.

A small ZIP can unpack to terabytes, and one cell in a sheet's last corner asks a reader
for a trillion empty ones. Merged cells, formulas and what is hidden stand only here:
readers of values leave them out.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - no stubs

from ckanext.sonla.shared.msgid import N_

from .sheet import MOST_COLUMNS, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

UNPACKED = 10
MOST_MEMBERS = 500
MOST_MERGED = 50_000
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BLOCK = 1 << 18
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")

Bounds = tuple[int, int, int, int]


@dataclass(frozen=True)
class Part:
    """A sheet of a workbook: its name, whether people see it, where it is."""

    name: str
    visible: bool
    path: str


@dataclass
class Facts:
    """What a sheet holds beside its values; rows count from 1, columns from 0.

    `merged` are `(left, top, right, bottom)`.
    """

    rows: int = 0
    last_row: int = 0
    last_column: int = 0
    merged: list[Bounds] = field(default_factory=list)
    computed: dict[int, set[int]] = field(default_factory=dict)
    formulas: dict[int, set[int]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


class Container:
    """An XLSX file's parts.

    Raises:
        UnreadableError: it is no XLSX, or unpacks to too much.
    """

    def __init__(self, content: bytes, most_bytes: int) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            members = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise broken() from error
        if (
            sum(one.file_size for one in members) > most_bytes * UNPACKED
            or len(members) > MOST_MEMBERS
        ):
            raise UnreadableError(N_("The file is too large for a catalogue."))
        self._names = {one.filename for one in members}

    @property
    def macros(self) -> bool:
        """Whether the file brings macros."""
        return any(one.endswith("vbaProject.bin") for one in self._names)

    @property
    def links(self) -> bool:
        """Whether the file has links to other files."""
        return any(one.startswith("xl/externalLinks/") for one in self._names)

    def sheets(self) -> list[Part]:
        """Return the workbook's sheets in their order."""
        targets = {
            one.get("Id"): posixpath.normpath(
                posixpath.join("/xl", one.get("Target", ""))
            ).lstrip("/")
            for one in self._tree("xl/_rels/workbook.xml.rels")
        }
        return [
            Part(
                one.get("name", ""),
                one.get("state", "visible") == "visible",
                targets.get(one.get(_RELATION), ""),
            )
            for one in self._tree("xl/workbook.xml").iter("{*}sheet")
        ]

    def facts(self, part: Part, most_rows: int) -> Facts:
        """Look a sheet through.

        Raises:
            UnreadableError: it has too many rows or columns, or is no sheet.
        """
        look = _Look(most_rows)
        try:
            for block in self._blocks(part.path):
                look.parser.Parse(block, False)
            look.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise broken() from error
        return look.facts

    def _tree(self, path: str) -> Any:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        try:
            return etree.fromstring(b"".join(self._blocks(path)), parser)
        except etree.XMLSyntaxError as error:
            raise broken() from error

    def _blocks(self, path: str) -> Iterator[bytes]:
        """Yield a part's bytes; reading stops at the size that the ZIP tells."""
        try:
            with self._zip.open(path) as file:
                while block := file.read(_BLOCK):
                    yield block
        except (KeyError, RuntimeError, zipfile.BadZipFile, EOFError) as error:
            raise broken() from error
        except (OSError, NotImplementedError, ValueError) as error:
            raise broken() from error
        except Exception as error:
            # The decompressors have exceptions of their own.
            if type(error).__module__ in ("zlib", "lzma"):
                raise broken() from error
            raise


def broken() -> UnreadableError:
    """Return the refusal of a file that is no workbook."""
    return UnreadableError(N_("The file is not an XLSX workbook."))


class _Look:
    """Reads a sheet's XML from one end to the other, and keeps its facts."""

    def __init__(self, most_rows: int) -> None:
        self.facts = Facts()
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._said
        self._most_rows = most_rows
        self._row = 0
        self._column = -1
        self._formula = self._value = self._in_value = self._row_filled = False

    def _start(self, tag: str, given: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self._begin_cell(given.get("r", ""))
        elif tag == "row":
            self._begin_row(given)
        elif tag == "f":
            self._formula = True
        elif tag in ("v", "is"):
            self._in_value = True
        elif tag == "mergeCell":
            self._merge(given.get("ref", ""))
        elif tag == "col" and given.get("hidden") in ("1", "true"):
            last = min(int(given.get("max", "0") or 0), MOST_COLUMNS)
            first = int(given.get("min", "1") or 1)
            self.facts.hidden_columns |= set(range(first - 1, last))

    def _begin_row(self, given: dict[str, str]) -> None:
        number = given.get("r", "")
        self._row = int(number) if number.isdecimal() else self._row + 1
        self._column = -1
        self._row_filled = False
        if given.get("hidden") in ("1", "true"):
            self.facts.hidden_rows.add(self._row)

    def _begin_cell(self, place: str) -> None:
        found = _CELL.fullmatch(place)
        self._column = _column(found[1]) if found else self._column + 1
        self._formula = self._value = False

    def _said(self, text: str) -> None:
        if self._in_value and text.strip():
            self._value = True

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag in ("v", "is"):
            self._in_value = False
        elif tag == "c" and (self._formula or self._value):
            self._filled()

    def _filled(self) -> None:
        facts = self.facts
        if not self._row_filled:
            self._row_filled = True
            facts.rows += 1
            if facts.rows > self._most_rows or self._row > self._most_rows * 2:
                raise UnreadableError(N_("The file has too many rows."))
        facts.last_row = max(facts.last_row, self._row)
        facts.last_column = max(facts.last_column, self._column)
        if facts.last_column >= MOST_COLUMNS:
            raise UnreadableError(N_("The file has too many columns."))
        if self._formula:
            kept = facts.computed if self._value else facts.formulas
            kept.setdefault(self._row, set()).add(self._column)

    def _merge(self, reference: str) -> None:
        found = re.fullmatch(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})", reference)
        if found is None or len(self.facts.merged) >= MOST_MERGED:
            return
        left, top, right, bottom = found.groups()
        self.facts.merged.append((_column(left), int(top), _column(right), int(bottom)))


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
