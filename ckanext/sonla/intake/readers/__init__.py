"""Readers: a file of any of the table formats becomes rows of cells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ckanext.sonla.intake.problems import Unreadable
from ckanext.sonla.shared.msgid import N_

from . import delimited, legacy, maps, objects, package, spreadsheet
from .asked import Asked
from .table import Cell, RawTable, Row

if TYPE_CHECKING:
    from ckanext.sonla.intake.limits import Limits

MAPS = ("GEOJSON", "GPKG", "SHP")
TABLES = ("CSV", "TSV", "XLSX", "XLSM", "XLS", "ODS", "JSON")
# A ZIP may be anything; one that is called so is a shapefile.
ZIPPED = (".shp.zip", "_shp.zip", "-shp.zip")
SPREADSHEETS = ("XLSX", "XLSM", "XLS", "ODS")
# Read by libraries that unpack or interpret: in a process of their own.
UNPACKED = (*SPREADSHEETS, *MAPS)
ZIP = b"PK\x03\x04"
SQLITE = b"SQLite format 3\0"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def kind_of(format_name: str | None, file_name: str | None) -> str | None:
    """Return which table format a resource has, by its format or its file's name."""
    named = (format_name or "").strip().lstrip(".").upper()
    if not named:
        named = Path(file_name or "").suffix.lstrip(".").upper()
    return named if named in TABLES else None


def map_of(format_name: str | None, file_name: str | None) -> str | None:
    """Return which map format a resource has; it is a table where one is named."""
    named = (format_name or "").strip().lstrip(".").upper()
    if not named:
        named = Path(file_name or "").suffix.lstrip(".").upper()
    zipped = named == "ZIP" and str(file_name or "").lower().endswith(ZIPPED)
    return "SHP" if zipped else named if named in MAPS else None


def read(path: Path, kind: str, limits: Limits, asked: Asked | None = None) -> RawTable:
    """Read a file as a table of the given kind.

    Args:
        kind: one of `TABLES` or `MAPS`, as `kind_of` or `map_of` told it.
        asked: what is known of the table before.

    Raises:
        Unreadable: for a file that is empty, too large, or something else than told.
    """
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("empty", N_("The file is empty."))
    if size > limits.bytes:
        raise Unreadable(
            "size",
            N_("The file has {size} bytes; {limit} are allowed."),
            params={"size": size, "limit": limits.bytes},
        )
    asked = asked or Asked()
    return legacy.converted(_read(path, kind, limits, asked), asked.encoding)


def _read(path: Path, kind: str, limits: Limits, asked: Asked) -> RawTable:
    found = _content_of(path)
    if kind in MAPS:
        _check_map(kind, found)
        return maps.read(path, kind, limits, asked)
    if kind in SPREADSHEETS and found in SPREADSHEETS:
        return spreadsheet.read(path, found, limits, asked)
    if found or kind in SPREADSHEETS:
        raise Unreadable(
            "format",
            N_("The format says {kind}, but the file is {found}."),
            params={"kind": kind, "found": found or "?"},
        )
    if kind == "JSON":
        return objects.read(path, limits)
    delimiter = "\t" if kind == "TSV" else None
    return delimited.read(path, limits, delimiter=delimiter, encoding=asked.encoding)


def _content_of(path: Path) -> str | None:
    """Return the container format that the file's first bytes tell, if any."""
    with path.open("rb") as file:
        start = file.read(len(SQLITE))
    if start.startswith(ZIP):
        return package.kind_of(path) or "ZIP"
    if start.startswith(b"%PDF"):
        return "PDF"
    if start == SQLITE:
        return "GPKG"
    return "XLS" if start.startswith(OLE) else None


def _check_map(kind: str, found: str | None) -> None:
    """Refuse what is no map of its kind before GDAL guesses what it might be."""
    if {"GPKG": "GPKG", "SHP": "ZIP", "GEOJSON": None}[kind] != found:
        raise Unreadable(
            "format",
            N_("The format says {kind}, but the file is {found}."),
            params={"kind": kind, "found": found or "?"},
        )


__all__ = [
    "MAPS",
    "SPREADSHEETS",
    "TABLES",
    "UNPACKED",
    "Asked",
    "Cell",
    "RawTable",
    "Row",
    "kind_of",
    "map_of",
    "read",
]
