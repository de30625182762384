"""The file that `make bench-validate` checks, and its Table Schema."""

from __future__ import annotations

import csv
import json
import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FIRST_COMMUNE, COMMUNES = 3600, 75
KINDS = ["Trường mầm non", "Trường tiểu học", "Trường THCS", "Trường THPT"]
SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "ma", "type": "string", "constraints": {
            "required": True, "pattern": "H52-[0-9]{7}"}},
        {"name": "ten", "type": "string", "constraints": {
            "required": True, "maxLength": 200}},
        {"name": "xa", "type": "string", "constraints": {"required": True}},
        {"name": "loai", "type": "string", "constraints": {"enum": KINDS}},
        {"name": "so_lop", "type": "integer", "constraints": {
            "minimum": 1, "maximum": 60}},
        {"name": "so_hoc_sinh", "type": "integer", "constraints": {"minimum": 0}},
        {"name": "dien_tich", "type": "number", "constraints": {
            "minimum": 0, "maximum": 100000}},
        {"name": "ty_le", "type": "number", "constraints": {
            "minimum": 0, "maximum": 100}},
        {"name": "ngay", "type": "date", "constraints": {"required": True}},
        {"name": "cap_nhat", "type": "date", "format": "%d/%m/%Y"},
        {"name": "nam", "type": "year", "constraints": {"minimum": 1950}},
        {"name": "hoat_dong", "type": "boolean",
         "trueValues": ["Có"], "falseValues": ["Không"]},
    ],
    "primaryKey": ["ma"],
}  # fmt: skip
FOREIGN = {"fields": ["xa"], "reference": {"resource": "xa", "fields": ["ma"]}}
# What a plain table would have; PostgreSQL knows no "Có".
PLAIN_TYPES = (
    "text", "text", "text", "text", "int8", "int8", "numeric", "numeric", "date",
    "date", "int4", "text",
)  # fmt: skip


def write(path: Path, rows: int, *, wrong: int = 0, ordered: bool = False) -> Path:
    """Write a file of so many rows, one in `wrong` of which has a wrong cell.

    Args:
        path: of the file.
        rows: how many.
        wrong: one row in so many; 0 for none.
        ordered: whether the rows come in the order of their keys, as those of a table
            that an agency has filled over years.
    """
    chance = random.Random(782)  # noqa: S311 - a table to measure by, no secret
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow([one["name"] for one in SCHEMA["fields"]])
        order: Sequence[int] = range(rows)
        if not ordered:
            chance.shuffle(order := list(order))
        for at, number in enumerate(order):
            row = _row(number, chance)
            if wrong and at % wrong == wrong - 1:
                row[(at // wrong) % 11] = "sai"
            writer.writerow(row)
    return path


def _row(number: int, chance: random.Random) -> list[Any]:
    year, month, day = 1950 + number % 76, 1 + number % 12, 1 + number % 28
    return [
        f"H52-{number:07}",
        f"Trường số {number} xã Chiềng {number % 997}",
        f"{FIRST_COMMUNE + number % COMMUNES:05}",
        KINDS[number % 4],
        chance.randint(1, 60),
        chance.randint(0, 2500),
        f"{chance.uniform(100, 99999):.1f}",
        f"{chance.uniform(0, 100):.2f}",
        f"{year}-{month:02}-{day:02}",
        f"{day:02}/{month:02}/2026",
        year,
        "Có" if number % 9 else "Không",
    ]


def package(path: Path, folder: Path) -> str:
    """Write the communes and a Data Package of both tables; return its name."""
    codes = (f"{FIRST_COMMUNE + number:05}" for number in range(COMMUNES))
    (folder / "xa.csv").write_text("\n".join(["ma", *codes]) + "\n")
    schema = {**SCHEMA, "foreignKeys": [FOREIGN]}
    resources = [
        {"name": "truong", "path": path.name, "schema": schema},
        {"name": "xa", "path": "xa.csv",
         "schema": {"fields": [{"name": "ma", "type": "string"}], "primaryKey": "ma"}},
    ]  # fmt: skip
    (folder / "datapackage.json").write_text(
        json.dumps({"name": "truong-hoc", "resources": resources})
    )
    return "datapackage.json"
