"""What CKAN's packaged `schema.xml` says of fields: the index obeys the same file."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as ET

import ckan.config

SCHEMA_XML = Path(ckan.config.__file__).parent / "solr" / "schema.xml"

# What the types of schema.xml come to here.
KINDS = {
    "string": "string",
    "boolean": "string",
    "booleans": "string",
    "text": "text",
    "text_general": "text",
    "text_ngram": "gram",
    "date": "date",
    "pdate": "date",
    "pdates": "date",
}
NUMBERS = ("int", "long", "float", "double")


@dataclass(frozen=True)
class Field:
    """A field: its kind (string, text, gram, date or number) and what is kept of it."""

    name: str
    kind: str
    indexed: bool
    stored: bool
    multiple: bool


def _kind(type_name: str) -> str:
    if type_name in KINDS:
        return KINDS[type_name]
    if type_name.lstrip("p").rstrip("s") in NUMBERS:
        return "number"
    return "string"


def _matches(pattern: str, name: str) -> bool:
    if pattern.startswith("*"):
        return name.endswith(pattern[1:])
    if pattern.endswith("*"):
        return name.startswith(pattern[:-1])
    return pattern == name


class Schema:
    """Fields, patterns of dynamic fields, and which field is copied into which."""

    def __init__(self, path: Path) -> None:
        root = ET.parse(path).getroot()  # noqa: S314 - CKAN's own file
        self.fields = {
            field.name: field for field in map(self._read, root.iter("field"))
        }
        # Solr takes the longest pattern that matches.
        self.patterns = sorted(
            map(self._read, root.iter("dynamicField")),
            key=lambda field: -len(field.name),
        )
        self.copies = [
            (node.get("source", ""), node.get("dest", ""))
            for node in root.iter("copyField")
        ]

    @staticmethod
    def _read(node: ET.Element) -> Field:
        return Field(
            name=node.get("name", ""),
            kind=_kind(node.get("type", "")),
            indexed=node.get("indexed") != "false",
            stored=node.get("stored") != "false",
            multiple=node.get("multiValued") == "true",
        )

    @functools.cache  # noqa: B019 - one Schema a process
    def field(self, name: str) -> Field:
        """Answer the field of that name; the pattern `*` makes every name one."""
        known = self.fields.get(name)
        if known is not None:
            return known
        pattern = next(p for p in self.patterns if _matches(p.name, name))
        return replace(pattern, name=name)

    @functools.cache  # noqa: B019 - one Schema a process
    def destinations(self, name: str) -> tuple[str, ...]:
        """Answer which fields a field is copied into. Solr doesn't chain copies."""
        return tuple(
            dest
            for source, dest in self.copies
            if _matches(source, name) and dest != name
        )


@functools.cache
def packaged() -> Schema:
    """Read the schema that CKAN's own package carries."""
    return Schema(SCHEMA_XML)
