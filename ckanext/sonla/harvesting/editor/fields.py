"""The fields of a form, made from a JSON Schema: one for each thing it can say."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ckanext.sonla.harvesting import configuration

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT, AREA, LINES, PAIRS, VALUES = "text", "area", "lines", "pairs", "values"
NUMBER, SELECT, YES_NO, SECRET, JSON = "number", "select", "yes_no", "secret", "json"
SCALAR = "scalar"
# A text that may be longer is written into several lines.
LONG = 2000
_KEPT_APART = "#/$defs/secret"


@dataclass(frozen=True)
class Field:
    """One input.

    Args:
        path: where its value stands in the configuration.
        widget: how it is drawn, and how its text is read.
        schema: what the JSON Schema says of it.
        required: whether the configuration, or its group, needs it.
    """

    path: tuple[str, ...]
    widget: str
    schema: dict[str, Any]
    required: bool = False
    branch: str = ""

    @property
    def name(self) -> str:
        """The input's name; those of other branches have names of their own."""
        *above, last = self.path
        return ".".join([*above, *([self.branch] if self.branch else []), last])


@dataclass(frozen=True)
class Group:
    """Inputs that stand together, such as `limits`, or ways to choose among.

    Args:
        path: where the object stands in the configuration.
        fields: of an object that has one form.
        branches: by the value of `type`, of one that has several.
        schema: what the JSON Schema says of it.
    """

    path: tuple[str, ...]
    schema: dict[str, Any]
    fields: tuple[Field, ...] = ()
    branches: dict[str, tuple[Field, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What its inputs' names begin with."""
        return ".".join(self.path)

    @property
    def default(self) -> str:
        """The way that holds where the configuration says nothing."""
        said = self.schema.get("default", {}).get("type")
        return said or next(iter(self.branches), "")


Part = Field | Group


@lru_cache
def parts(kind: str) -> tuple[Part, ...]:
    """Return the parts of the form of a kind of source, in the schema's order."""
    schema = json.loads(configuration.schema_text(kind))
    required = set(schema.get("required", ()))
    return tuple(
        _part((name,), one, name in required)
        for name, one in schema["properties"].items()
    )


def all_fields(kind: str) -> Iterator[Field]:
    """Yield every input of a kind's form."""
    for part in parts(kind):
        if isinstance(part, Field):
            yield part
            continue
        yield from part.fields
        for fields in part.branches.values():
            yield from fields


def _part(path: tuple[str, ...], schema: dict[str, Any], required: bool) -> Part:
    branches = schema.get("oneOf", ())
    if schema.get("type") == "object" and branches:
        return Group(path, schema, branches=dict(_branch(path, b) for b in branches))
    if schema.get("type") == "object" and schema.get("properties"):
        return Group(path, schema, fields=tuple(_inner(path, schema)))
    return Field(path, _widget(schema), schema, required)


def _branch(
    path: tuple[str, ...], schema: dict[str, Any]
) -> tuple[str, tuple[Field, ...]]:
    value = schema["properties"]["type"]["const"]
    return value, tuple(_inner(path, schema, value))


def _inner(
    path: tuple[str, ...], schema: dict[str, Any], branch: str = ""
) -> Iterator[Field]:
    required = set(schema.get("required", ()))
    for name, one in schema["properties"].items():
        if not (branch and name == "type"):
            needed = name in required
            yield Field((*path, name), _widget(one), one, needed, branch)


_BY_TYPE = {
    "string": TEXT,
    "integer": NUMBER,
    "number": NUMBER,
    "boolean": YES_NO,
    "array": LINES,
}


def _widget(schema: dict[str, Any]) -> str:
    kind = schema.get("type")
    if schema.get("$ref") == _KEPT_APART:
        return SECRET
    if "enum" in schema:
        return SELECT
    if kind == "object" or isinstance(kind, list):
        return _pairs(schema) if kind == "object" else SCALAR
    if kind == "string" and schema.get("maxLength", 0) > LONG:
        return AREA
    return _BY_TYPE.get(str(kind), JSON)


def _pairs(schema: dict[str, Any]) -> str:
    values = schema.get("additionalProperties")
    if not isinstance(values, dict):
        return JSON
    return PAIRS if values.get("type") == "string" else VALUES
