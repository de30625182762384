"""How a file is read where an officer, or her last period, said so."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

ENCODINGS = ("utf-8", "cp1258", "tcvn3", "vni")


@dataclass(frozen=True)
class Choice:
    """What was chosen of a file; None and empty leave it to the proposal.

    Args:
        sheet: name of the sheet.
        header: first and last row of the header, as the sheet counts, from 1.
        last: last row of the table, from 1.
        whole: read every row after the header, totals and notes too.
        columns: field's name, or None for "left out", by the text of the header.
        encoding: one of `ENCODINGS`, for what its bytes don't tell.
        crs: what the coordinates of a map are in, such as `EPSG:3405`.
        convert: whether a map's coordinates are converted to WGS 84.
    """

    sheet: str | None = None
    header: tuple[int, int] | None = None
    last: int | None = None
    whole: bool = False
    columns: dict[str, str | None] = field(default_factory=dict)
    encoding: str | None = None
    crs: str | None = None
    convert: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored and answered."""
        found = asdict(self)
        return {**found, "header": list(self.header) if self.header else None}

    @property
    def token(self) -> str:
        """What makes another load necessary when it changes."""
        text = json.dumps(self.as_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def for_next_period(self) -> Choice:
        """Return what holds of the next file too: neither its sheet nor rows."""
        return replace(self, sheet=None, header=None, last=None)


def restored(stored: dict[str, Any] | None) -> Choice | None:
    """Return a stored choice."""
    if stored is None:
        return None
    header = stored.get("header")
    return Choice(**{**stored, "header": tuple(header) if header else None})
