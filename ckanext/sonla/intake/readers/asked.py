"""What a reader is asked for, where a file holds more than one table or meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ckanext.sonla.intake.heads import Wanted


@dataclass(frozen=True)
class Asked:
    """What is known before a file is read.

    Args:
        names: names that a spreadsheet's sheet may have.
        sheet: the sheet's name as an officer chose it; no other will do.
        wanted: the columns of the Table Schema, by which a sheet is told.
        encoding: the encoding as chosen.
        crs: the reference system of a map as chosen, such as `EPSG:3405`.
        convert: whether a map's coordinates are converted to WGS 84.
    """

    names: list[str] = field(default_factory=list)
    sheet: str | None = None
    wanted: Wanted | None = None
    encoding: str | None = None
    crs: str | None = None
    convert: bool = True
