"""The merged cells of an ODS, which the reader of spreadsheets doesn't tell."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - no stubs

from .package import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .table import Merged

_TAGS = (f"{TABLE}table", f"{TABLE}table-row")


def merged(path: Path, sheet: str) -> list[Merged]:
    """Return the merged cells of a sheet: top, left, bottom and right, from 0.

    Args:
        path: a file whose size and repeated cells have been checked.
        sheet: the sheet's name.
    """
    found: list[Merged] = []
    top = 0
    with zipfile.ZipFile(path) as container, container.open("content.xml") as part:
        for row in _rows_of(part, sheet):
            found += [
                (top, left, top + down - 1, left + along - 1)
                for left, down, along in _spans(row)
            ]
            top += int(row.get(f"{TABLE}number-rows-repeated", 1))
            row.clear()
    return found


def _rows_of(part: Any, sheet: str) -> Iterator[Any]:
    inside = False
    events = ("start", "end")
    for event, one in etree.iterparse(part, events=events, tag=_TAGS, no_network=True):
        if one.tag == _TAGS[0]:
            if inside and event == "end":
                return
            inside = event == "start" and one.get(f"{TABLE}name") == sheet
        elif event == "end":
            if inside:
                yield one
            one.clear()


def _spans(row: Any) -> Iterator[tuple[int, int, int]]:
    """Yield the place of each merged cell of a row, its rows and its columns."""
    place = 0
    for cell in row:
        down = int(cell.get(f"{TABLE}number-rows-spanned", 1))
        along = int(cell.get(f"{TABLE}number-columns-spanned", 1))
        if down > 1 or along > 1:
            yield place, down, along
        place += int(cell.get(f"{TABLE}number-columns-repeated", 1))
