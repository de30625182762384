"""Spreadsheet containers: what a ZIP may unpack to, and what its sheets hold.

A small ZIP can unpack to terabytes, and a sheet with one cell in its last corner asks
for a trillion empty ones, so both are looked at before any reader opens the file.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - no stubs

from ckanext.sonla.intake.problems import Unreadable
from ckanext.sonla.shared.findings import INFORMS, Finding
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ckanext.sonla.intake.limits import Limits

BLOCK = 1 << 20
# A piece of a cell may be cut by the end of a block; this much is looked at again.
OVERLAP = 4096
RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
CELL = re.compile(rb"<(?:\w+:)?c\b[^<>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^<>]*>")
ERROR = re.compile(rb"<(?:\w+:)?c\b[^<>]*?\bt=[\"']e[\"'][^<>]*>")
FORMULA = re.compile(rb"<(?:\w+:)?f\b")
UNCALCULATED = re.compile(
    rb"<(?:\w+:)?c\b[^<>]*?\br=[\"'](?P<cell>[A-Z]{1,3}\d{1,7})[\"'][^<>]*>\s*"
    rb"<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<>]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
# A sheet's cells, the empty ones between them too, take this many bytes each to read.
CELLS = 40_000_000


@dataclass
class SheetFacts:
    """What a sheet holds beside its values."""

    formulas: int = 0
    uncalculated: int = 0
    first_uncalculated: str = ""
    errors: int = 0
    last_row: int = 0
    last_column: int = 0


def kind_of(path: Path) -> str | None:
    """Return `XLSX` or `ODS` for such a ZIP, None for another.

    Raises:
        Unreadable: for a broken ZIP.
    """
    with _opened(path) as container:
        names = set(container.namelist())
    if "xl/workbook.xml" in names:
        return "XLSX"
    return "ODS" if "content.xml" in names else None


def check_size(path: Path, limits: Limits) -> None:
    """Refuse a container that unpacks to more than the policy allows.

    Raises:
        Unreadable: for a ZIP bomb, and for sizes or checksums that aren't true.
    """
    with _opened(path) as container:
        told = sum(part.file_size for part in container.infolist())
        if told > limits.unpacked:
            raise Unreadable(
                "zip_bomb",
                N_("The file unpacks to {size} bytes; {limit} are allowed."),
                params={"size": told, "limit": limits.unpacked},
            )
        # Reading stops at the size that was told, and the checksum finds the lie.
        for part in container.infolist():
            for _ in _blocks(container, part.filename):
                pass


def check_parts(path: Path) -> list[Finding]:
    """Refuse an XLSX with macros, and return what to say of one with links.

    Raises:
        Unreadable: for a workbook with macros.
    """
    with _opened(path) as container:
        parts = container.namelist()
    if any(name.lower().endswith("vbaproject.bin") for name in parts):
        raise Unreadable(
            "macros",
            N_(
                "The workbook has macros, which nobody should have to trust. Save it "
                "as an Excel workbook without macros (.xlsx) and upload it again."
            ),
        )
    if any(name.startswith("xl/externalLinks/") for name in parts):
        return [
            Finding(
                "links",
                INFORMS,
                N_(
                    "The workbook refers to other files. They were not opened: the "
                    "values that it keeps of them were read."
                ),
            )
        ]
    return []


def has_part(path: Path, ending: str) -> bool:
    """Tell whether a container has a part whose name ends so."""
    with _opened(path) as container:
        return any(name.lower().endswith(ending) for name in container.namelist())


def sheet_facts(path: Path, sheet: str) -> SheetFacts:
    """Return what an XLSX sheet holds, by its name."""
    facts = SheetFacts()
    with _opened(path) as container:
        part = _part_of(container, sheet)
        if part is None:
            return facts
        rest = b""
        for block in _blocks(container, part):
            _look(rest + block, len(rest), facts)
            rest = (rest + block)[-OVERLAP:]
    return facts


def _look(piece: bytes, seen: int, facts: SheetFacts) -> None:
    """Count what ends in the piece and not in the part that was seen before."""
    for match in CELL.finditer(piece):
        facts.last_column = max(facts.last_column, _number(match[1]))
        facts.last_row = max(facts.last_row, int(match[2]))
    facts.formulas += sum(match.end() > seen for match in FORMULA.finditer(piece))
    facts.errors += sum(match.end() > seen for match in ERROR.finditer(piece))
    for match in UNCALCULATED.finditer(piece):
        if match.end() > seen:
            facts.uncalculated += 1
            facts.first_uncalculated = (
                facts.first_uncalculated or match["cell"].decode()
            )


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def check_area(rows: int, columns: int) -> None:
    """Refuse a sheet whose corners are too far apart to be read.

    Raises:
        Unreadable: when the rectangle around its cells is too large.
    """
    if rows * columns > CELLS:
        raise Unreadable(
            "size",
            N_(
                "The sheet reaches to row {row} and column {column}; delete what is "
                "far "
                "from the table."
            ),
            params={"row": rows, "column": columns},
        )


def check_repeated(path: Path) -> None:
    """Refuse an ODS file whose repeated cells are more than can be read.

    Raises:
        Unreadable: for too large a table, and for a file that is no XML.
    """
    with _opened(path) as container:
        rows = columns = 0
        try:
            with container.open("content.xml") as part:
                for repeated, width in _repeated(part):
                    rows += repeated
                    columns = max(columns, width)
                    check_area(rows, columns)
        except etree.XMLSyntaxError as error:
            raise _broken() from error


def _repeated(part: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Yield how often each row that holds something stands there, and its width."""
    skipped = 0
    for _event, row in etree.iterparse(part, tag=f"{TABLE}table-row", no_network=True):
        repeated = int(row.get(f"{TABLE}number-rows-repeated", 1))
        width = last = 0
        for cell in row:
            width += int(cell.get(f"{TABLE}number-columns-repeated", 1))
            if len(cell) or cell.get(f"{OFFICE}value-type"):
                last = width
        row.clear()
        if last:
            # Empty rows between others are read as well.
            yield repeated + skipped, last
            skipped = 0
        else:
            skipped += repeated


def _part_of(container: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the name of the part of the container that is a sheet."""
    try:
        book = etree.fromstring(container.read("xl/workbook.xml"), _parser())
        links = etree.fromstring(
            container.read("xl/_rels/workbook.xml.rels"), _parser()
        )
    except (KeyError, etree.XMLSyntaxError):
        return None
    found = [node for node in book.iter("{*}sheet") if node.get("name") == sheet]
    for link in links:
        if found and link.get("Id") == found[0].get(RELATIONS):
            target = link.get("Target", "")
            name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return name if name in container.namelist() else None
    return None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise _broken() from error


def _blocks(container: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    try:
        with container.open(name) as part:
            while block := part.read(BLOCK):
                yield block
    # zlib.error and the errors of encrypted or unknown compressions among them.
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise _broken() from error
    except Exception as error:
        if type(error).__module__ in {"zlib", "lzma", "bz2"}:
            raise _broken() from error
        raise


def _broken() -> Unreadable:
    return Unreadable(
        "broken",
        N_(
            "The spreadsheet file is damaged or protected. Save it again and upload it."
        ),
    )
