"""The demonstration's facts: agencies, domains, communes, entries."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"
UNIT = re.compile(r"^(?P<title>.*?)\s*\[(?P<unit>[^\]]+)\]$")
CONSTRAINT = re.compile(r"\s+(?=(?:required|unique|min=|max=|pattern=|enum=))")


@dataclass(frozen=True)
class Commune:
    """A commune or ward: its five-digit code, its name, `xã` or `phường`."""

    code: str
    name: str
    kind: str

    @property
    def slug(self) -> str:
        """The name of its organization on the portal."""
        return f"ubnd-{self.code}"


@dataclass(frozen=True)
class Column:
    """A field of a demonstration table and the way to fill it."""

    name: str
    type: str
    title: str
    unit: str | None
    maker: str
    constraints: dict[str, Any]

    def as_field(self) -> dict[str, Any]:
        """Return the field as the Table Schema standard writes it."""
        descriptor: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "title": self.title,
        }
        if self.unit:
            descriptor["unit"] = self.unit
        if self.constraints:
            descriptor["constraints"] = dict(self.constraints)
        return descriptor


@dataclass(frozen=True)
class Entry:
    """An entry of the demonstration catalogue."""

    code: str
    title: str
    title_en: str
    lead: str
    domain: str
    cycle: str
    priority: int
    source: str
    kind: str = "table"
    provider_class: str | None = None
    formats: tuple[str, ...] = ("CSV", "XLSX")
    publish_by: str | None = None
    table: str | None = None
    rows: str = ""
    key: tuple[str, ...] = ()
    columns: tuple[Column, ...] = field(default=())

    def description(self) -> str:
        """Return a sentence that says what the entry's data holds."""
        if not self.columns:
            return f"{self.title}."
        fields = [column.title[0].lower() + column.title[1:] for column in self.columns]
        return f"Gồm {', '.join(fields[:-1])} và {fields[-1]}."

    def table_schema(self) -> dict[str, Any]:
        """Return the Table Schema of the entry's only table."""
        return {
            "fields": [column.as_field() for column in self.columns],
            "primaryKey": list(self.key),
            "missingValues": [""],
        }


def _constraints(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for word in CONSTRAINT.split(text.strip()):
        name, _, value = word.partition("=")
        if name in ("required", "unique"):
            found[name] = True
        elif name in ("min", "max"):
            found[f"{name}imum"] = float(value) if "." in value else int(value)
        elif name == "pattern":
            found["pattern"] = value
        elif name == "enum":
            found["enum"] = value.split(";")
    return found


def _column(text: str) -> Column:
    name, kind, title, maker, constraints = text.split("|")
    with_unit = UNIT.match(title)
    return Column(
        name=name,
        type=kind,
        title=with_unit["title"] if with_unit else title,
        unit=with_unit["unit"] if with_unit else None,
        maker=maker,
        constraints=_constraints(constraints),
    )


def _entry(line: dict[str, Any]) -> Entry:
    known = {
        name: line[name]
        for name in ("kind", "publish_by", "table", "rows")
        if name in line
    }
    return Entry(
        code=line["code"],
        title=line["title"],
        title_en=line["title_en"],
        lead=line["lead"],
        domain=line["domain"],
        cycle=line["cycle"],
        priority=line["priority"],
        source=line["source"],
        provider_class=line.get("class"),
        formats=tuple(line.get("formats", ("CSV", "XLSX"))),
        key=tuple(line.get("key", ())),
        columns=tuple(_column(text) for text in line.get("fields", ())),
        **known,
    )


@lru_cache
def communes() -> tuple[Commune, ...]:
    """Return the 75 communes and wards of the province."""
    with (DATA / "communes.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(Commune(**line) for line in csv.DictReader(lines))


@lru_cache
def catalogue() -> dict[str, Any]:
    """Return the decision and the entries of the demonstration catalogue."""
    with (DATA / "catalogue.yaml").open(encoding="utf-8") as text:
        raw = yaml.safe_load(text)
    return {
        "decision": raw["decision"],
        "entries": {line["code"]: _entry(line) for line in raw["entries"]},
    }


@lru_cache
def offices() -> dict[str, Any]:
    """Return the agencies that aren't communes, the domains, the operating office."""
    with (DATA / "agencies.yaml").open(encoding="utf-8") as text:
        return yaml.safe_load(text)
