"""A file as its storage lists it, and the place that its address gives it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

FOLDER = "sha256"
_PLACE = re.compile(rf"{FOLDER}/([0-9a-f]{{2}})/([0-9a-f]{{2}})/(\1\2[0-9a-f]{{60}})")


@dataclass(frozen=True)
class Stored:
    """One file of the storage: `address` is None of what a crash left half written."""

    location: str
    address: str | None
    size: int
    modified: datetime


def location_of(address: str) -> str:
    """Return where the file of an address lies, from the storage's root."""
    return f"{FOLDER}/{address[:2]}/{address[2:4]}/{address}"


def address_at(location: str) -> str | None:
    """Return the address of the file that lies there, if one can."""
    found = _PLACE.fullmatch(location)
    return found[3] if found else None
