"""The rules of an entry's tables: Table Schema, strictly.

The standard lets a reader ignore what it doesn't know. Here an unknown constraint is
refused, so that a slip such as `requred` doesn't silently check nothing.
Source: https://specs.frictionlessdata.io/table-schema/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ckanext.sonla.shared.msgid import N_

from . import patterns
from .problems import Problem
from .table_schemas import keys, properties

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


def problems_of_tables(tables: Any) -> Iterator[Problem]:
    """Yield what is wrong with an entry's tables, `[{name, title, schema}, …]`."""
    if not isinstance(tables, list) or len(tables) > MOST_TABLES:
        yield Problem(N_("Tables must be a list of at most 20 tables."))
        return
    names: set[str] = set()
    good = True
    for table in tables:
        if not isinstance(table, dict):
            good = False
            yield Problem(N_("A table must have a name, a title and a schema."))
            continue
        name = table.get("name")
        if not isinstance(name, str) or not TABLE_NAME.fullmatch(name):
            good = False
            yield Problem(
                N_(
                    "The table name {name} must be small letters, digits and "
                    "underscores, a letter first."
                ),
                {"name": str(name)[:80]},
            )
            continue
        if name in names:
            good = False
            yield Problem(N_("Two tables are called {name}."), {"name": name})
        names.add(name)
        for problem in problems_of_schema(table.get("schema")):
            good = False
            yield Problem(problem.message, {"table": name, **problem.params})
    if good:
        yield from keys.within_entry(tables)


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
        if schema.get(key) is not None:
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
    yield from properties.problems(one, kind)
    yield from _constraints(one, kind, one.get("constraints", {}))


def _good_name(name: str) -> bool:
    return (
        bool(name.strip())
        and name == name.strip()
        and not name.startswith("_")
        and '"' not in name
        and name.isprintable()
        and len(name.encode()) <= LONGEST_NAME
    )


def _constraints(one: dict[str, Any], kind: str, constraints: Any) -> Iterator[Problem]:
    name = one["name"]
    if not isinstance(constraints, dict):
        constraints = {"": None}
    for rule, value in constraints.items():
        fault = _fault(rule, value, one, kind)
        if fault:
            yield Problem(fault, {"name": name, "rule": str(rule)[:80], "type": kind})
    for low, high in _BOUNDS:
        if _above(constraints.get(low), constraints.get(high)):
            yield Problem(
                N_("Table {table}, field {name}: {low} is above {high}."),
                {"name": name, "low": low, "high": high},
            )


_BOUNDS = (
    ("minLength", "maxLength"),
    ("minimum", "maximum"),
    ("exclusiveMinimum", "exclusiveMaximum"),
)


def _above(least: Any, most: Any) -> bool:
    """Tell whether a lower bound is above the upper one, numbers also as texts."""
    if least is None or most is None:
        return False
    try:
        return float(least) > float(most)
    except (TypeError, ValueError):
        # Texts of times can be compared where the standard writes them.
        iso = re.compile(r"\d{4}-|\d\d:")
        return bool(
            iso.match(str(least)) and iso.match(str(most)) and str(least) > str(most)
        )


_NOT_FOR_TYPE = N_("Table {table}, field {name}: {rule} is not for the type {type}.")
_BAD_VALUE = N_("Table {table}, field {name}: {rule} has a value that cannot be.")


def _fault(rule: Any, value: Any, one: dict[str, Any], kind: str) -> str | None:
    """Return what is wrong with one constraint of a field."""
    if rule not in _RULES:
        return N_("Table {table}, field {name}: there is no rule {rule}.")
    kinds, good = _RULES[rule]
    if kind not in kinds:
        return _NOT_FOR_TYPE
    if not good(value, one, kind):
        return _BAD_VALUE
    return patterns.fault(value) if rule == "pattern" else None


def _is_switch(value: Any, _one: dict[str, Any], _kind: str) -> bool:
    return isinstance(value, bool)


def _is_length(value: Any, _one: dict[str, Any], _kind: str) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_enum(value: Any, one: dict[str, Any], kind: str) -> bool:
    return (
        isinstance(value, list)
        and 0 < len(value) <= MOST_ENUM
        and all(isinstance(option, (str, int, float)) for option in value)
        and all(properties.reads(option, one, kind) for option in value)
    )


def _is_of(value: Any, one: dict[str, Any], kind: str) -> bool:
    """Tell whether a bound can be one for a type: a number, or a text of a time."""
    return not isinstance(value, bool) and properties.reads(value, one, kind)


def _is_text(value: Any, _one: dict[str, Any], _kind: str) -> bool:
    return isinstance(value, str)


_RULES = {
    "required": (TYPES, _is_switch),
    "unique": (TYPES, _is_switch),
    "minLength": (_SIZED, _is_length),
    "maxLength": (_SIZED, _is_length),
    "minimum": (_ORDERED, _is_of),
    "maximum": (_ORDERED, _is_of),
    "exclusiveMinimum": (_ORDERED, _is_of),
    "exclusiveMaximum": (_ORDERED, _is_of),
    "enum": (TYPES, _is_enum),
    "pattern": ({"string"}, _is_text),
}


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
    "primaryKey": keys.primary,
    "uniqueKeys": keys.unique,
    "foreignKeys": keys.foreign,
    "missingValues": _missing_values,
    # Ours: which column an update replaces a period by.
    "periodField": _period_field,
}
