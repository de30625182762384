"""The rules of an entry's tables: Table Schema, strictly.

The standard lets a reader ignore what it doesn't know. Here an unknown constraint is
refused, so that a slip such as `requred` doesn't silently check nothing.
Source: https://specs.frictionlessdata.io/table-schema/
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import patterns
from .msgid import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
MOST_TABLES, MOST_FIELDS, MOST_ENUM = 20, 500, 1000
# PostgreSQL cuts identifiers at 63 bytes, and a DataStore column is one.
LONGEST_NAME = 63

_NUMBERS = {"integer", "number"}
_TIMES = {"date", "datetime", "time", "year", "yearmonth"}
TYPES = {
    "string",
    "boolean",
    "any",
    "object",
    "array",
    "geopoint",
    "geojson",
    "duration",
    *_NUMBERS,
    *_TIMES,
}
_ORDERED = _NUMBERS | _TIMES | {"duration"}
_SIZED = {"string", "object", "array"}


@dataclass(frozen=True)
class Problem:
    """Something wrong, as an English msgid with its values."""

    message: str
    params: dict[str, Any] = field(default_factory=dict)


def problems_of_tables(tables: Any) -> Iterator[Problem]:
    """Yield what is wrong with an entry's tables, `[{name, title, schema}, …]`."""
    if not isinstance(tables, list) or len(tables) > MOST_TABLES:
        yield Problem(N_("Tables must be a list of at most 20 tables."))
        return
    names: set[str] = set()
    for table in tables:
        if not isinstance(table, dict):
            yield Problem(N_("A table must have a name, a title and a schema."))
            continue
        name = table.get("name")
        if not isinstance(name, str) or not TABLE_NAME.fullmatch(name):
            yield Problem(
                N_(
                    "The table name {name} must be small letters, digits and "
                    "underscores, a letter first."
                ),
                {"name": str(name)[:80]},
            )
            continue
        if name in names:
            yield Problem(N_("Two tables are called {name}."), {"name": name})
        names.add(name)
        for problem in problems_of_schema(table.get("schema")):
            yield Problem(problem.message, {"table": name, **problem.params})


def problems_of_schema(schema: Any) -> Iterator[Problem]:
    """Yield what is wrong with one Table Schema."""
    fields = schema.get("fields") if isinstance(schema, dict) else None
    if not isinstance(fields, list) or not 0 < len(fields) <= MOST_FIELDS:
        yield Problem(N_("Table {table}: the schema must have 1 to 500 fields."))
        return
    seen: set[str] = set()
    for one in fields:
        yield from _field(one, seen)
    for key, problems in _KEYS.items():
        if key in schema:
            yield from problems(schema[key], seen)


def _field(one: Any, seen: set[str]) -> Iterator[Problem]:
    name = one.get("name") if isinstance(one, dict) else None
    if not isinstance(name, str) or not _good_name(name):
        yield Problem(
            N_("Table {table}: {name} cannot be the name of a field."),
            {"name": str(name)[:80]},
        )
        return
    if name.casefold() in {other.casefold() for other in seen}:
        yield Problem(
            N_("Table {table}: two fields are called {name}."), {"name": name}
        )
    seen.add(name)
    kind = one.get("type", "string")
    if not isinstance(kind, str) or kind not in TYPES:
        yield Problem(
            N_("Table {table}, field {name}: unknown type {type}."),
            {"name": name, "type": str(kind)[:80]},
        )
        return
    for text in ("title", "description", "format"):
        if text in one and not isinstance(one[text], str):
            yield Problem(
                N_("Table {table}, field {name}: {property} must be a text."),
                {"name": name, "property": text},
            )
    yield from _constraints(name, kind, one.get("constraints", {}))


def _good_name(name: str) -> bool:
    return (
        bool(name.strip())
        and name == name.strip()
        and not name.startswith("_")
        and '"' not in name
        and name.isprintable()
        and len(name.encode()) <= LONGEST_NAME
    )


def _constraints(name: str, kind: str, constraints: Any) -> Iterator[Problem]:
    if not isinstance(constraints, dict):
        constraints = {"": None}
    for rule, value in constraints.items():
        fault = _fault(rule, value, kind)
        if fault:
            yield Problem(fault, {"name": name, "rule": str(rule)[:80], "type": kind})
    for low, high in (("minLength", "maxLength"), ("minimum", "maximum")):
        least, most = constraints.get(low), constraints.get(high)
        if type(least) is type(most) and least is not None and _above(least, most):
            yield Problem(
                N_("Table {table}, field {name}: {low} is above {high}."),
                {"name": name, "low": low, "high": high},
            )


def _above(least: Any, most: Any) -> bool:
    try:
        return least > most
    except TypeError:
        return False


_NOT_FOR_TYPE = N_("Table {table}, field {name}: {rule} is not for the type {type}.")
_BAD_VALUE = N_("Table {table}, field {name}: {rule} has a value that cannot be.")


def _fault(rule: Any, value: Any, kind: str) -> str | None:
    """Return what is wrong with one constraint of a field."""
    if rule not in _RULES:
        return N_("Table {table}, field {name}: there is no rule {rule}.")
    kinds, good = _RULES[rule]
    if kind not in kinds:
        return _NOT_FOR_TYPE
    if not good(value, kind):
        return _BAD_VALUE
    return patterns.fault(value) if rule == "pattern" else None


def _is_switch(value: Any, _kind: str) -> bool:
    return isinstance(value, bool)


def _is_length(value: Any, _kind: str) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_enum(value: Any, _kind: str) -> bool:
    return (
        isinstance(value, list)
        and 0 < len(value) <= MOST_ENUM
        and all(isinstance(one, (str, int, float)) for one in value)
    )


def _is_of(value: Any, kind: str) -> bool:
    """Tell whether a bound can be one for a type: a number, or a text of a time."""
    if isinstance(value, bool):
        return False
    if kind in _NUMBERS or kind == "year":
        return isinstance(value, (int, float)) or _reads_as_number(value)
    return isinstance(value, str) and bool(value.strip())


def _is_text(value: Any, _kind: str) -> bool:
    return isinstance(value, str)


def _reads_as_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return isinstance(value, str)


_RULES = {
    "required": (TYPES, _is_switch),
    "unique": (TYPES, _is_switch),
    "minLength": (_SIZED, _is_length),
    "maxLength": (_SIZED, _is_length),
    "minimum": (_ORDERED, _is_of),
    "maximum": (_ORDERED, _is_of),
    "enum": (TYPES, _is_enum),
    "pattern": ({"string"}, _is_text),
}


def _primary_key(value: Any, names: set[str]) -> Iterator[Problem]:
    keys = [value] if isinstance(value, str) else value
    if not isinstance(keys, list) or not keys:
        yield Problem(N_("Table {table}: the primary key must name fields."))
        return
    for key in keys:
        if key not in names:
            yield Problem(
                N_("Table {table}: there is no field {name} for a key."),
                {"name": str(key)[:80]},
            )


def _foreign_keys(value: Any, names: set[str]) -> Iterator[Problem]:
    good = isinstance(value, list) and all(
        isinstance(one, dict)
        and isinstance(one.get("reference"), dict)
        and isinstance(one["reference"].get("resource", ""), str)
        and one["reference"].get("fields")
        for one in value
    )
    if not good:
        yield Problem(N_("Table {table}: a foreign key must name what it refers to."))
        return
    for one in value:
        yield from _primary_key(one.get("fields"), names)


def _missing_values(value: Any, _names: set[str]) -> Iterator[Problem]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        yield Problem(N_("Table {table}: missing values must be a list of texts."))


def _period_field(value: Any, names: set[str]) -> Iterator[Problem]:
    if value not in names:
        yield Problem(
            N_("Table {table}: there is no field {name} that holds the period."),
            {"name": str(value)[:80]},
        )


_KEYS = {
    "primaryKey": _primary_key,
    "foreignKeys": _foreign_keys,
    "missingValues": _missing_values,
    # Ours: which column an update replaces a period by.
    "periodField": _period_field,
}
