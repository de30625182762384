"""A field of a Table Schema as a column of PostgreSQL.

Text is read as the field declares it (`decimalChar`, `groupChar`, `format`,
`trueValues` …), by one SQL expression that gives NULL for what can't be read. So a
whole table is cast, and its wrong values counted, without looking at rows one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Composable, Identifier, Literal

from . import dates

if TYPE_CHECKING:
    from collections.abc import Callable

    from .readers.table import Cell

# PostgreSQL types by those of Table Schema; all others are kept as text.
PG_TYPES = {
    "integer": "int8",
    "number": "numeric",
    "boolean": "bool",
    "date": "date",
    "datetime": "timestamp",
    "time": "time",
    "year": "int4",
}
# A DataStore column made by somebody else may be of any of these instead.
ALIKE = {
    "int8": {"int8", "int4", "int2"},
    "numeric": {"numeric", "int8", "int4", "int2", "float8", "float4"},
    "bool": {"bool"},
    "date": {"date"},
    "timestamp": {"timestamp", "timestamptz", "date"},
    "time": {"time"},
    "int4": {"int4", "int8", "int2"},
    "text": {"text", "varchar"},
}
TRUE = ("true", "True", "TRUE", "1")
FALSE = ("false", "False", "FALSE", "0")
FORMATS = {
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    "uri": r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$",
    "uuid": r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
}
SHAPES = {
    "yearmonth": r"^\d{4}-(0[1-9]|1[0-2])$",
    "duration": (
        r"^-?P(?!$)(\d+Y)?(\d+M)?(\d+D)?"
        r"(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$"
    ),
    "geopoint": r"^\s*-?\d+(\.\d+)?\s*,\s*-?\d+(\.\d+)?\s*$",
    "object": r"^\s*\{.*\}\s*$",
    "geojson": r"^\s*\{.*\}\s*$",
    "array": r"^\s*\[.*\]\s*$",
}
# Longer texts are no numbers, and a larger exponent would stop the whole statement.
NUMBER_LENGTH = 200
SPACES = "\u00a0\u202f\u2009"


@dataclass(frozen=True)
class Column:
    """One column where values are checked.

    `raw` is the value as text, `value` the typed one, NULL if `raw` can't be read.
    """

    name: str
    field: dict[str, Any]
    raw: Composable
    value: Composable

    @property
    def kind(self) -> str:
        """The field's type in Table Schema."""
        return kind_of(self.field)


def kind_of(field: dict[str, Any]) -> str:
    """Return the type of a field; Table Schema's default is a string."""
    return str(field.get("type") or "string")


def pg_type(field: dict[str, Any]) -> str:
    """Return the DataStore's type for a field."""
    return PG_TYPES.get(kind_of(field), "text")


def missing_values(schema: dict[str, Any] | None) -> frozenset[str]:
    """Return the texts that mean "no value"; an empty cell does unless said so."""
    values = (schema or {}).get("missingValues")
    if values is None:
        return frozenset({""})
    return frozenset(
        str(one["value"]) if isinstance(one, dict) else str(one) for one in values
    )


def typed(field: dict[str, Any], text: Composable) -> Composable:
    """Return SQL that reads a text as the field's type, NULL when it can't."""
    kind = kind_of(field)
    read = READERS.get(kind)
    if read is not None:
        trimmed = SQL("btrim({}, {})").format(text, Literal(" \t" + SPACES))
        return read(field, trimmed)
    pattern = SHAPES.get(kind)
    if kind == "string":
        pattern = FORMATS.get(str(field.get("format")))
    if pattern is None:
        return text
    return SQL("CASE WHEN {0} ~ {1} THEN {0} END").format(text, Literal(pattern))


def reads_all(field: dict[str, Any]) -> bool:
    """Tell whether every text is a value of the field, so that none can be wrong."""
    kind = kind_of(field)
    if kind == "string":
        return str(field.get("format")) not in FORMATS
    return kind not in READERS and kind not in SHAPES


def _number_text(field: dict[str, Any], text: Composable) -> tuple[Composable, str]:
    """Return the text without what isn't the number, and its group character."""
    group = str(field.get("groupChar") or "")
    if group in {" ", *SPACES}:
        text = SQL("translate({}, {}, '   ')").format(text, Literal(SPACES))
        group = " "
    if field.get("bareNumber") is False:
        text = SQL("regexp_replace({}, {}, '', 'g')").format(
            text, Literal(r"^[^0-9+\-.,]+|[^0-9]+$")
        )
    return text, group


def _whole(group: str) -> str:
    if not group:
        return r"\d+"
    return rf"(?:\d{{1,3}}(?:{re.escape(group)}\d{{3}})+|\d+)"


def _number(field: dict[str, Any], text: Composable) -> Composable:
    text, group = _number_text(field, text)
    point = str(field.get("decimalChar") or ".")
    pattern = (
        rf"^[+-]?(?:{_whole(group)}(?:{re.escape(point)}\d*)?|{re.escape(point)}\d+)"
        r"(?:[eE][+-]?\d{1,3})?$"
    )
    plain = SQL("replace({}, {}, '.')").format(_ungrouped(text, group), Literal(point))
    return _guarded(text, pattern, SQL("{}::numeric").format(plain))


def _ungrouped(text: Composable, group: str) -> Composable:
    if not group:
        return text
    return SQL("replace({}, {}, '')").format(text, Literal(group))


def _guarded(text: Composable, pattern: str, value: Composable) -> Composable:
    return SQL("CASE WHEN length({0}) <= {1} AND {0} ~ {2} THEN {3} END").format(
        text, Literal(NUMBER_LENGTH), Literal(pattern), value
    )


def _integer(field: dict[str, Any], text: Composable) -> Composable:
    text, group = _number_text(field, text)
    number = SQL("{}::numeric").format(_ungrouped(text, group))
    fits = SQL(
        "CASE WHEN {0} BETWEEN -9223372036854775808 AND 9223372036854775807 "
        "THEN {0}::int8 END"
    ).format(number)
    return _guarded(text, rf"^[+-]?{_whole(group)}$", fits)


def _boolean(field: dict[str, Any], text: Composable) -> Composable:
    true = [str(one) for one in field.get("trueValues") or TRUE]
    false = [str(one) for one in field.get("falseValues") or FALSE]
    return SQL(
        "CASE WHEN {0} = ANY ({1}) THEN true WHEN {0} = ANY ({2}) THEN false END"
    ).format(text, Literal(true), Literal(false))


def _year(_field: dict[str, Any], text: Composable) -> Composable:
    return _guarded(text, r"^-?\d{4}$", SQL("{}::int4").format(text))


def _temporal(field: dict[str, Any], text: Composable) -> Composable:
    kind = kind_of(field)
    formats = dates.formats_of(kind, field.get("format"))
    if not all(dates.is_known(one) for one in formats):
        # A format that can't be checked refuses nothing that a person would read.
        formats = dates.formats_of(kind, "any")
    return dates.parsed(kind, text, formats)


READERS: dict[str, Callable[[dict[str, Any], Composable], Composable]] = {
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "year": _year,
    "date": _temporal,
    "datetime": _temporal,
    "time": _temporal,
}


def as_text(cell: Cell, field: dict[str, Any]) -> str:
    """Return a spreadsheet's own number, date or truth as the field would write it.

    So typed cells and text cells of one column are read by one expression.
    """
    if isinstance(cell, bool):
        values = field.get("trueValues" if cell else "falseValues")
        return str((values or (TRUE if cell else FALSE))[0])
    kind = kind_of(field)
    if isinstance(cell, date | time):
        known = kind in dates.ISO
        formats = dates.formats_of(kind, field.get("format")) if known else ()
        return dates.written(cell, formats)
    if isinstance(cell, int | float | Decimal):
        text = repr(cell) if isinstance(cell, float) else f"{cell}"
        if kind == "number":
            return text.replace(".", str(field.get("decimalChar") or "."))
        return text.removesuffix(".0") if kind == "integer" else text
    return str(cell)


def of_table(name: str, field: dict[str, Any], alias: str) -> Column:
    """Return a column of an existing DataStore table, already typed.

    A type that the DataStore keeps as text, such as a month, is read from it.
    """
    value = SQL("{}.{}").format(Identifier(alias), Identifier(name))
    raw = SQL("{}::text").format(value)
    if pg_type(field) == "text" and not reads_all(field):
        return Column(name, field, raw, typed(field, raw))
    return Column(name, field, raw, value)
