"""One plain SELECT: what a database is asked, and how it goes on behind a row."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import sqlglot
from sqlglot import expressions
from sqlglot.errors import SqlglotError

from .page import packed, unpacked
from .problems import SourceProblem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# It warns of what it can't read; what it can't read is refused.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_DIALECTS = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql"}
_WRITES = (
    expressions.Insert,
    expressions.Update,
    expressions.Delete,
    expressions.Merge,
    expressions.Into,
    expressions.Lock,
    expressions.Command,
    expressions.DDL,
)


def checked(query: str, dialect: str) -> str:
    """Return a query that is one plain SELECT, without what ends it.

    The server is told to let nothing be written besides; this says it in words first.

    Args:
        query: what the source's configuration says.
        dialect: the database's, as SQLAlchemy calls it.

    Raises:
        SourceProblem: it is something else.
    """
    try:
        found = sqlglot.parse(query, dialect=_DIALECTS.get(dialect, dialect))
    except (SqlglotError, RecursionError, ValueError) as error:
        told: Any = getattr(error, "errors", None)
        place = told[0] if told else {}
        raise SourceProblem(
            "query_unreadable",
            line=place.get("line") or 1,
            column=place.get("col") or 1,
        ) from error
    statements = [one for one in found if one is not None]
    if len(statements) != 1:
        raise SourceProblem("query_not_one", count=len(statements))
    (statement,) = statements
    inner = next(statement.find_all(*_WRITES), None)
    if inner is not None or not isinstance(statement, expressions.Query):
        name = type(inner or statement).__name__.upper()
        raise SourceProblem("query_writes", found=name)
    return query.strip().rstrip(";").rstrip()


def of(config: Mapping[str, Any], dialect: str) -> sa.Select[Any]:
    """Return what a source's configuration asks for, before any condition."""
    if "query" in config:
        text = checked(config["query"], dialect)
        # A percent sign and a colon mean nothing here: nothing is bound in it.
        literal = sa.text(f"({text.replace(':', chr(92) + ':')}\n) AS source")
        return sa.select(sa.text("*")).select_from(literal)
    schema, _, name = config["from"].rpartition(".")
    table = sa.table(name, schema=schema or None)
    return sa.select(sa.text("*")).select_from(table)


def order_of(config: Mapping[str, Any]) -> list[str]:
    """Return by which fields rows are read, so that a run can go on behind one."""
    told = config.get("incremental") or {}
    first = [told["field"]] if told else []
    return [*first, *(name for name in config.get("key", []) if name not in first)]


def beyond(order: Sequence[str], values: Sequence[Any]) -> sa.ColumnElement[bool]:
    """Return the condition of the rows behind one, in an order of fields.

    Written out, because not every database compares rows of values.
    """
    steps = []
    for index, (name, value) in enumerate(zip(order, values, strict=True)):
        same = [_column(order[i]) == values[i] for i in range(index)]
        steps.append(sa.and_(*same, _column(name) > value))
    return sa.or_(*steps)


def _column(name: str) -> sa.ColumnElement[Any]:
    return sa.column(name)


def ordered(query: sa.Select[Any], order: Sequence[str]) -> sa.Select[Any]:
    """Return a query in an order of fields."""
    return query.order_by(*(_column(name) for name in order)) if order else query


def place_of(row: Mapping[str, Any], order: Sequence[str]) -> list[Any]:
    """Return where a row stands in an order, as a checkpoint keeps it.

    Raises:
        SourceProblem: a field is missing.
    """
    for name in order:
        if name not in row:
            raise SourceProblem("no_field", field=name)
    return [packed(row[name]) for name in order]


def values_of(place: Sequence[Any]) -> list[Any]:
    """Return what `place_of` kept, as the database gave it."""
    return [unpacked(value) for value in place]
