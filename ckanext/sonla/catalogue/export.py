"""The catalogue as CSV in the annex's columns, and everything in JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from .annex.cells import cells_of
from .annex.columns import EXPORTED as COLUMNS

# A spreadsheet's cell holds 32,767 characters; a long schema goes on in the next.
LONGEST_CELL = 32_000
# A spreadsheet program runs a cell that begins with one of these as a formula.
RISKY = ("=", "+", "-", "@", "\t", "\r")


def escape(text: str) -> str:
    """Return a CSV cell that no spreadsheet program runs as a formula."""
    return f"'{text}" if text.startswith(RISKY) else text


def unescape(text: str) -> str:
    """Undo `escape`, when an export comes back as an import."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(RISKY) else text


def rows_of(entries: list[dict[str, Any]]) -> list[list[str]]:
    """Return the annex: a row of headers, then a row for each entry."""
    cells = [cells_of(entry) for entry in entries]
    longest = max((len(one["tables"]) for one in cells), default=0)
    further = max(0, (longest - 1) // LONGEST_CELL)
    header = [column.header for column in COLUMNS]
    header += [f"{header[-1]} {number + 2}" for number in range(further)]
    rows = [header]
    for one in cells:
        schema = one["tables"]
        parts = [
            schema[start : start + LONGEST_CELL]
            for start in range(0, LONGEST_CELL * (further + 1), LONGEST_CELL)
        ]
        rows.append([one[column.field] for column in COLUMNS[:-1]] + parts)
    return rows


def as_csv(entries: list[dict[str, Any]]) -> bytes:
    """Return the annex as UTF-8 CSV, with the mark that spreadsheet programs need."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows_of(entries):
        writer.writerow([escape(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def as_json(edition: dict[str, Any] | None, entries: list[dict[str, Any]]) -> bytes:
    """Return the edition and its entries, as the actions answer them."""
    document = {"edition": edition, "count": len(entries), "entries": entries}
    return json.dumps(document, ensure_ascii=False, indent=1).encode()
