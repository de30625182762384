"""The rules of one column: its type and its constraints, as SQL predicates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Composable, Literal

from ckanext.sonla.shared.msgid import N_

from . import canonical, columns, dates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .columns import Column


@dataclass(frozen=True)
class Rule:
    """One rule of one column: its predicate is true where the cell breaks it."""

    name: str
    message: str
    column: Column
    broken: Composable
    params: dict[str, Any] = field(default_factory=dict)


def rules_of(column: Column, *, in_key: bool) -> Iterator[Rule]:
    """Yield the rules of a column; `unique` is checked apart."""
    raw, value = column.raw, column.value
    constraints = column.field.get("constraints") or {}
    if not columns.reads_all(column.field):
        yield Rule(
            "type",
            _UNREAD.get(column.kind, _UNREAD["string"]),
            column,
            SQL("{} IS NOT NULL AND {} IS NULL").format(raw, value),
        )
    if constraints.get("required") or in_key:
        yield Rule(
            "required",
            N_("Column {column} must have a value."),
            column,
            SQL("{} IS NULL").format(raw),
        )
    for name, (message, predicate) in _CONSTRAINTS.items():
        if constraints.get(name) is None:
            continue
        broken = predicate(column, constraints[name])
        if broken is not None:
            yield Rule(
                name, message, column, broken, {"limit": _told(constraints[name])}
            )


def _told(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _length(column: Column, limit: Any, sign: str) -> Composable:
    return SQL("length({}) {} {}").format(column.raw, SQL(sign), Literal(int(limit)))


def _bound(column: Column, limit: Any, sign: str) -> Composable | None:
    literal = _literal(column, limit)
    if literal is None:
        return None
    return SQL("{} {} {}").format(column.value, SQL(sign), literal)


def _literal(column: Column, value: Any) -> Composable | None:
    """Return a value of the schema as SQL of the column's type, if it is of it."""
    kind = column.kind
    if kind in {"integer", "number", "year"}:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return None
        return Literal(number) if number.is_finite() else None
    if kind in dates.ISO:
        formats = (
            *dates.ISO[kind],
            *dates.formats_of(kind, column.field.get("format")),
        )
        return _moment(kind, str(value), formats)
    if kind == "boolean":
        return Literal(bool(value))
    return Literal(str(value))


def _moment(kind: str, text: str, formats: tuple[str, ...]) -> Composable | None:
    for pattern in formats:
        try:
            moment = datetime.strptime(text, pattern)  # noqa: DTZ007 - a bound has no zone
        except ValueError:
            continue
        return Literal(
            {"date": moment.date(), "time": moment.time(), "datetime": moment}[kind]
        )
    return None


def _enum(column: Column, values: Any) -> Composable | None:
    literals = [_literal(column, value) for value in values]
    known = [literal for literal in literals if literal is not None]
    if not known:
        return None
    return SQL("{} NOT IN ({})").format(column.value, SQL(", ").join(known))


def _pattern(column: Column, pattern: Any) -> Composable:
    broken = SQL("{} !~ {}").format(column.raw, Literal(whole(str(pattern))))
    alike = canonical.code(str(pattern), column.raw)
    return broken if alike is None else SQL("NOT {} AND {}").format(alike, broken)


def whole(pattern: str) -> str:
    """Return a pattern that must match all of a value, as Table Schema has it."""
    return f"^(?:{pattern})$"


_UNREAD = {
    "integer": N_("{value} is no whole number in column {column}."),
    "number": N_("{value} is no number as column {column} writes them."),
    "boolean": N_("{value} is neither yes nor no as column {column} writes them."),
    "date": N_("{value} is no date as column {column} writes them."),
    "datetime": N_("{value} is no date and time as column {column} writes them."),
    "time": N_("{value} is no time as column {column} writes them."),
    "year": N_("{value} is no year in column {column}."),
    "string": N_("{value} doesn't have the form that column {column} asks for."),
}
_CONSTRAINTS: dict[str, tuple[str, Any]] = {
    "enum": (N_("{value} is none of the values allowed in column {column}."), _enum),
    "pattern": (
        N_("{value} doesn't have the form that column {column} asks for."),
        _pattern,
    ),
    "minimum": (
        N_("{value} is less than {limit} in column {column}."),
        lambda column, limit: _bound(column, limit, "<"),
    ),
    "maximum": (
        N_("{value} is more than {limit} in column {column}."),
        lambda column, limit: _bound(column, limit, ">"),
    ),
    "exclusiveMinimum": (
        N_("{value} is not more than {limit} in column {column}."),
        lambda column, limit: _bound(column, limit, "<="),
    ),
    "exclusiveMaximum": (
        N_("{value} is not less than {limit} in column {column}."),
        lambda column, limit: _bound(column, limit, ">="),
    ),
    "minLength": (
        N_("{value} is shorter than {limit} characters in column {column}."),
        lambda column, limit: _length(column, limit, "<"),
    ),
    "maxLength": (
        N_("{value} is longer than {limit} characters in column {column}."),
        lambda column, limit: _length(column, limit, ">"),
    ),
}
