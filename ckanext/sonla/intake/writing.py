"""A table's values as its Table Schema writes them: the way back from the DataStore.

What the public downloads must obey the Table Schema that stands beside it, and be read
again as the same values: `1.500` is fifteen hundred where the point groups.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Composable, Identifier, Literal

from ckanext.sonla.shared import table_updates

from . import columns, dates, governed, names

if TYPE_CHECKING:
    from collections.abc import Callable

_CHARS = {
    "Y": "YYYY",
    "y": "YY",
    "m": "MM",
    "d": "DD",
    "H": "HH24",
    "M": "MI",
    "S": "SS",
    "f": "US",
}


@table_updates.writer
def written(package: dict[str, Any], resource: dict[str, Any]) -> dict[str, Composable]:
    """Return SQL for the columns that a Table Schema writes in its own way."""
    schema = governed.rules_of(resource, governed.entry_of(package)).schema
    return by_schema(schema) if schema else {}


def by_schema(schema: dict[str, Any]) -> dict[str, Composable]:
    """Return SQL for each column whose text isn't the DataStore's own."""
    missing = columns.missing_values(schema)
    found = {}
    for field, name in names.of_fields(schema):
        column = Identifier(name)
        write = _WRITERS.get(columns.kind_of(field))
        text = write(field, column) if write else None
        if missing and "" not in missing:
            plain = SQL("{}::text").format(column) if text is None else text
            text = SQL("coalesce({}, {})").format(plain, Literal(min(missing)))
        if text is not None:
            found[name] = text
    return found


def _number(field: dict[str, Any], column: Composable) -> Composable | None:
    point = str(field.get("decimalChar") or ".")
    if point == ".":
        return None
    return SQL("replace({}::text, '.', {})").format(column, Literal(point))


def _boolean(field: dict[str, Any], column: Composable) -> Composable:
    true = str((field.get("trueValues") or columns.TRUE)[0])
    false = str((field.get("falseValues") or columns.FALSE)[0])
    return SQL("CASE WHEN {0} THEN {1} WHEN NOT {0} THEN {2} END").format(
        column, Literal(true), Literal(false)
    )


def _temporal(field: dict[str, Any], column: Composable) -> Composable | None:
    pattern = str(field.get("format") or "")
    if "%" not in pattern or not dates.is_known(pattern):
        return None
    pieces = re.findall(r"%.|[^%]+", pattern)
    template = "".join(
        _CHARS[piece[1]] if piece.startswith("%") else f'"{piece}"' for piece in pieces
    )
    if columns.kind_of(field) == "time":
        column = SQL("(date '2000-01-01' + {})").format(column)
    return SQL("to_char({}, {})").format(column, Literal(template))


_WRITERS: dict[str, Callable[[dict[str, Any], Composable], Composable | None]] = {
    "number": _number,
    "boolean": _boolean,
    "date": _temporal,
    "datetime": _temporal,
    "time": _temporal,
}
