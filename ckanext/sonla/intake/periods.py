"""Which rows of a table speak of a period: by a column that the Table Schema names.

`periodField` of the Table Schema names the column. Without it, it is the only one of
type `yearmonth`, or else the only one of type `year`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Composable, Literal

from ckanext.sonla.shared import clock
from ckanext.sonla.shared.msgid import N_

from . import columns, names

if TYPE_CHECKING:
    from ckanext.sonla.shared.clock import Period

PROPERTY = "periodField"
_BY_TYPE = ("yearmonth", "year")
_KINDS = ("year", "half", "quarter", "month")

NO_FIELD = N_(
    "The Table Schema doesn't say which column holds the period, so no period of the "
    "table can be replaced alone."
)
TOO_FINE = N_("The table's column of periods holds years: choose a whole year.")


def column_of(schema: dict[str, Any] | None) -> tuple[str, dict[str, Any]] | None:
    """Return the name and the field of the column that holds the period."""
    fields = [(name, one) for one, name in names.of_fields(schema or {})]
    named = (schema or {}).get(PROPERTY)
    if named:
        found = [pair for pair in fields if str(pair[1]["name"]) == str(named)]
        return found[0] if found and _is_usable(found[0][1]) else None
    for kind in _BY_TYPE:
        found = [pair for pair in fields if columns.kind_of(pair[1]) == kind]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def refusal(schema: dict[str, Any] | None, period: Period) -> str | None:
    """Return why the rows of a period can't be told from the others, as a msgid."""
    found = column_of(schema)
    if found is None:
        return NO_FIELD
    return None if within(found[1], SQL("NULL"), period) is not None else TOO_FINE


def within(
    field: dict[str, Any], value: Composable, period: Period
) -> Composable | None:
    """Return SQL that is true for a value in the period; None if it can't be told.

    Args:
        field: the column's field of the Table Schema.
        value: SQL of the column, in the type that the DataStore has for it.
    """
    kind = columns.kind_of(field)
    if kind in ("year", "integer"):
        if period.kind != "year":
            return None
        return SQL("{} = {}").format(value, Literal(period.first.year))
    if kind in ("date", "datetime"):
        return SQL("({0} >= {1} AND {0} < {2})").format(
            value, Literal(period.first), Literal(period.after)
        )
    kinds = ("month",) if kind == "yearmonth" else _KINDS
    texts = [name for one in kinds for name in _parts(period, one)]
    return SQL("{} = ANY ({})").format(value, Literal(texts))


def _parts(period: Period, kind: str) -> list[str]:
    """Return the periods of a kind that lie wholly in a period."""
    first = clock.period_of(period.first, kind)
    if first.first < period.first:
        return []
    found = []
    while first.after <= period.after:
        found.append(str(first))
        first = first.next()
    return found


def _is_usable(field: dict[str, Any]) -> bool:
    return columns.kind_of(field) in (
        *_BY_TYPE,
        "integer",
        "date",
        "datetime",
        "string",
    )
