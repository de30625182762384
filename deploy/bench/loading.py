"""Reading a file into its table, under a Table Schema with a key and rules."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path

from ckanext.sonla.intake import datastore, limits, tables
from ckanext.sonla.intake.governed import Rules

from .timing import Line, size_of, stopwatch

SCHEMA = {
    "primaryKey": "ma",
    "fields": [
        {"name": "ma", "type": "string", "constraints": {"pattern": "H52-\\d{7}"}},
        {"name": "ten", "type": "string", "constraints": {"required": True}},
        {"name": "dien_tich", "type": "number", "decimalChar": ","},
        {"name": "ngay", "type": "date", "format": "%d/%m/%Y"},
        {"name": "so", "type": "integer", "constraints": {"minimum": 0}},
        {"name": "xa", "type": "string"},
        {"name": "ghi_chu", "type": "string"},
        {"name": "nam", "type": "integer"},
    ],
}


def measure(rows: int) -> list[Line]:
    """Load a CSV file, from its first byte to the table with its indexes."""
    resource_id = str(uuid.uuid4())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        _write(path, rows)
        source = tables.Source(
            path, "CSV", resource_id, Rules({"schema": SCHEMA}), limits.current()
        )
        with stopwatch() as took:
            result = tables.load(source)
    if result.rows != rows or not result.is_loaded:
        raise AssertionError(result.findings.kept)
    datastore.drop(resource_id)
    what = "load a CSV under its Table Schema, 8 columns"
    return [Line(what, size_of(rows), took[0])]


def _write(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("ma;ten;dien_tich;ngay;so;xa;ghi_chu;nam\n")
        file.writelines(
            f"H52-{n:07};Cơ sở số {n};{n},5;{n % 28 + 1:02}/{n % 12 + 1:02}/2026;{n};"
            f"xã Chiềng {n % 997};hợp tác xã {n % 89} trường học;{2000 + n % 26}\n"
            for n in range(rows)
        )
