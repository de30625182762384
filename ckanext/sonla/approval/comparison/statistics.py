"""What a table's columns come to: rows, filled cells, sums, least and greatest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Composable, Identifier, Literal

from .sides import MOMENTS, NUMBERS

if TYPE_CHECKING:
    from collections.abc import Collection

    from .sides import Side

Figures = dict[str, dict[str, Any]]


def of(
    cursor: Any, side: Side | None, wanted: Collection[str] | None
) -> tuple[int, Figures]:
    """Return a table's number of rows, and figures of its columns.

    Args:
        wanted: only these columns; all if None, then with their number of filled cells.
    """
    if side is None:
        return 0, {}
    asked: list[tuple[str, str, Composable]] = []
    for column in side.columns:
        if wanted is not None and column.name not in wanted:
            continue
        asked += [
            (column.name, figure, SQL(form).format(Identifier(column.name)))
            for figure, form in _figures(column.type, filled=wanted is None)
        ]
    if side.rows is not None and not asked:
        return side.rows, {}
    cursor.execute(
        SQL("SELECT {} FROM public.{}").format(
            SQL(", ").join([SQL("count(*)"), *(form for _, _, form in asked)]),
            Identifier(side.name),
        )
    )
    rows, *values = cursor.fetchone()
    figures: Figures = {}
    for (name, figure, _), value in zip(asked, values, strict=True):
        figures.setdefault(name, {})[figure] = value
    return rows, figures


def carried_over(
    cursor: Any,
    side: Side,
    before: tuple[int, Figures],
    listing: Composable,
) -> tuple[int, Figures]:
    """Return a table's figures from those of the table before it and what differs.

    So the second table isn't read again. A least or greatest value that a row gave up
    is looked for anew; so are sums of floats, which depend on their order.

    Args:
        side: the table whose figures are wanted.
        before: rows and figures of the table before it.
        listing: all rows that differ.
    """
    rows, figures = before
    types = side.types()
    asked = [name for name in figures if name in types]
    cursor.execute(
        SQL(
            "SELECT count(*) FILTER (WHERE change = 'added')"
            " - count(*) FILTER (WHERE change = 'removed') {} FROM {}"
        ).format(
            SQL("").join(
                SQL(", {}").format(_moved(name, types[name])) for name in asked
            ),
            listing,
        )
    )
    more, *moved = cursor.fetchone()
    told: Figures = {}
    for place, name in enumerate(asked):
        still = _still_there(cursor, side, name, figures[name])
        came = moved[4 * place : 4 * place + 4]
        told[name] = _carried(figures[name], *came) if still else {}
    anew = {
        name
        for name in asked
        if not told[name] or types[name] in ("real", "double precision")
    }
    found = of(cursor, side, anew)[1] if anew else {}
    return rows + more, {name: found.get(name) or told[name] for name in asked}


def _moved(name: str, type_: str) -> Composable:
    """Return four figures of one column: the sums that rows that differ gave up and
    brought, and the least and the greatest value that they brought.
    """
    old, new = (
        SQL("({} ->> {})::{}").format(SQL(part), Literal(name), SQL(type_))
        for part in ("before", "after")
    )
    total = "sum({}), sum({})" if type_ in NUMBERS else "NULL, NULL"
    return SQL(total + ", min({}), max({})").format(
        *((old, new) if type_ in NUMBERS else ()), new, new
    )


def _still_there(cursor: Any, side: Side, name: str, figures: dict[str, Any]) -> bool:
    """Tell whether a table still has a column's least and greatest value.

    Where many rows have them, the first page of the table answers.
    """
    if figures.get("min") is None:
        return False
    for end in ("min", "max"):
        cursor.execute(
            SQL("SELECT EXISTS (SELECT FROM public.{} WHERE {} = {}::{})").format(
                Identifier(side.name),
                Identifier(name),
                Literal(figures[end]),
                SQL(side.types()[name]),
            )
        )
        if not cursor.fetchone()[0]:
            return False
    return True


def _carried(
    was: dict[str, Any],
    sum_gone: Any,
    sum_come: Any,
    min_come: Any,
    max_come: Any,
) -> dict[str, Any]:
    """Return a column's new figures: sums add up, and the ends still stand."""
    least, greatest = was["min"], was["max"]
    told: dict[str, Any] = {}
    if "sum" in was:
        told["sum"] = was["sum"] + (sum_come or 0) - (sum_gone or 0)
    told["min"] = least if min_come is None else min(least, min_come)
    told["max"] = greatest if max_come is None else max(greatest, max_come)
    return told


def _figures(type_: str, *, filled: bool) -> list[tuple[str, str]]:
    figures = [("filled", "count({})")] if filled else []
    if type_ in NUMBERS:
        figures.append(("sum", "sum({})"))
    if type_ in NUMBERS or type_ in MOMENTS:
        figures += [("min", "min({})"), ("max", "max({})")]
    return figures


def plain(figures: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a column's figures as JSON has them."""
    return figures and {name: _plain(value) for name, value in figures.items()}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; a sum keeps its digits up to a float's."""
    if value is None or isinstance(value, int | float | str):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return int(value) if value == value.to_integral_value() else float(value)
