"""Rows of a joined table: a page of them, by the DataStore's reading role."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg2.errors
from psycopg2.sql import SQL, Composable, Identifier, Literal

import ckan.plugins.toolkit as tk
from ckanext.datastore.backend import postgres
from ckanext.sonla.shared.joined_tables import SCHEMA

from . import columns, view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .columns import Layout
    from .members import Joined

_SECONDS = "sonla.catalogue.joined_seconds"


@contextmanager
def reader(option: str = _SECONDS) -> Iterator[Any]:
    """Give a cursor of the reading role, in one transaction with one state of all.

    Args:
        option: the setting that says how many seconds a statement may take.
    """
    options = {"isolation_level": "REPEATABLE READ"}
    engine = postgres.get_read_engine()
    with engine.connect().execution_options(**options) as connection:
        cursor: Any = connection.connection.cursor()
        milliseconds = str(tk.config[option] * 1000)
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true)", (milliseconds,)
        )
        yield cursor


@dataclass(frozen=True)
class Asked:
    """Which rows somebody asks for.

    Args:
        wanted: the values that a column may have, by its name.
        order: columns and whether they go down; by default the providers' order.
        limit: how many rows.
        offset: how many rows to pass by.
    """

    wanted: dict[str, list[Any]] = field(default_factory=dict)
    order: list[tuple[str, bool]] = field(default_factory=list)
    limit: int = 20
    offset: int = 0


def page(joined: Joined, asked: Asked) -> tuple[int, list[dict[str, Any]]]:
    """Return how many rows there are, and some of them.

    Raises:
        ValidationError: a value doesn't fit its column, or it would take too long.
    """
    layout = columns.layout(joined)
    with reader() as cursor:
        try:
            if not asked.wanted and not asked.order:
                query = _window(joined, layout, asked.limit, asked.offset)
                return joined.rows, _rows(cursor, query) if query else []
            return _searched(cursor, joined, layout, asked)
        except psycopg2.errors.QueryCanceled as error:
            raise tk.ValidationError(
                {"filters": [tk._("The search takes too long; ask for less.")]}
            ) from error


def _window(
    joined: Joined, layout: Layout, limit: int, offset: int
) -> Composable | None:
    """Return the query for rows in the providers' order: only their tables are read."""
    parts: list[Composable] = []
    for member in joined.members:
        if offset >= member.rows:
            offset -= member.rows
            continue
        if limit <= 0:
            break
        parts.append(
            SQL("({} ORDER BY _id LIMIT {} OFFSET {})").format(
                columns.select(member, layout), Literal(limit), Literal(offset)
            )
        )
        limit -= member.rows - offset
        offset = 0
    return SQL(" UNION ALL ").join(parts) if parts else None


def _searched(
    cursor: Any, joined: Joined, layout: Layout, asked: Asked
) -> tuple[int, list[dict[str, Any]]]:
    source = _source(cursor, joined, layout)
    where = SQL(" AND ").join(
        SQL("{}::text = ANY (ARRAY[{}]::text[])").format(
            Identifier(name), SQL(", ").join(Literal(str(one)) for one in values)
        )
        for name, values in asked.wanted.items()
    )
    rows = SQL(" FROM {} AS joined").format(source)
    if asked.wanted:
        rows = SQL("{} WHERE {}").format(rows, where)
    cursor.execute(SQL("SELECT count(*){}").format(rows))
    count = cursor.fetchone()[0]
    directions = [
        SQL("{} {} NULLS LAST").format(
            Identifier(name), SQL("DESC") if down else SQL("ASC")
        )
        for name, down in asked.order
    ]
    directions += [Identifier(layout.provider), Identifier(columns.NUMBER)]
    query = SQL("SELECT *{} ORDER BY {} LIMIT {} OFFSET {}").format(
        rows, SQL(", ").join(directions), Literal(asked.limit), Literal(asked.offset)
    )
    return count, _rows(cursor, query)


def _source(cursor: Any, joined: Joined, layout: Layout) -> Composable:
    """Return the view, or what it would say where it isn't what it should be."""
    if view.is_current(cursor, joined):
        return Identifier(SCHEMA, view.name_of(joined))
    return SQL("({})").format(columns.union(joined, layout))


def _rows(cursor: Any, query: Composable) -> list[dict[str, Any]]:
    cursor.execute(query)
    names = [one[0] for one in cursor.description]
    return [
        {name: _told(value) for name, value in zip(names, row, strict=True)}
        for row in cursor.fetchall()
    ]


def _told(value: Any) -> Any:
    """Return a value as JSON has it; CKAN's DataStore does the same."""
    if value is None or isinstance(value, int | float | str | bool | list | dict):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
