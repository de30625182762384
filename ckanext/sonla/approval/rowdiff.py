"""Two tables compared in PostgreSQL: rows that came, went and changed.

By the tables' key where both have it; without one a row that differs has gone and
another has come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg2.sql import SQL, Composable, Identifier, Literal

from . import tables

TIMEOUT = "20s"


@dataclass(frozen=True)
class Sides:
    """Two tables, the columns that both have, and the key that both have."""

    before: str | None
    after: str | None
    common: list[str]
    key: list[str]
    columns: dict[str, list[str]]


def counts(before: str | None, after: str | None) -> dict[str, Any] | None:
    """Return how many rows were, are, came, went and changed; None without a table."""
    if not tables.is_on():
        return None
    with tables.owning() as cursor:
        sides = _sides(cursor, before, after)
        if sides is None:
            return None
        told: dict[str, int] = {"added": 0, "removed": 0, "changed": 0}
        if before != after:
            cursor.execute(
                SQL("SELECT change, count(*) FROM ({}) AS rows GROUP BY change").format(
                    _difference(sides)
                )
            )
            told |= dict(cursor.fetchall())
        return {
            "rows_before": _total(cursor, sides.before),
            "rows_after": _total(cursor, sides.after),
            "changed": any(told.values()) or any(sides.columns.values()),
            "counts": told,
            "columns": sides.columns,
            "key": sides.key,
        }


def rows(
    before: str | None, after: str | None, limit: int, offset: int
) -> dict[str, Any] | None:
    """Return the rows that differ: `change`, `key`, `before` and `after` of each."""
    if not tables.is_on():
        return None
    with tables.owning() as cursor:
        sides = _sides(cursor, before, after)
        if sides is None:
            return None
        if before == after:
            return {"count": 0, "results": [], "key": sides.key}
        difference = _difference(sides)
        cursor.execute(SQL("SELECT count(*) FROM ({}) AS rows").format(difference))
        count = cursor.fetchone()[0]
        cursor.execute(
            SQL(
                "SELECT change, before, after FROM ({}) AS rows"
                " ORDER BY number, change LIMIT {} OFFSET {}"
            ).format(difference, Literal(limit), Literal(offset))
        )
        found = [_row(sides.key, *row) for row in cursor.fetchall()]
        return {"count": count, "results": found, "key": sides.key}


def _row(
    key: list[str], change: str, before: dict[str, Any], after: dict[str, Any]
) -> dict[str, Any]:
    side = after or before
    return {
        "change": change,
        "key": {name: side[name] for name in key},
        "before": before,
        "after": after,
    }


def _sides(cursor: Any, before: str | None, after: str | None) -> Sides | None:
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", (TIMEOUT,))
    before, after = (
        name if name and tables.owner_of(cursor, name) else None
        for name in (before, after)
    )
    if before is None and after is None:
        return None
    old, new = (
        [column.name for column in tables.columns(cursor, name)] if name else []
        for name in (before, after)
    )
    keys = [tables.primary_key(cursor, name) for name in (before, after) if name]
    key = keys[0] if all(one == keys[0] for one in keys) else []
    both = bool(before and after)
    return Sides(
        before=before,
        after=after,
        common=[name for name in new if name in old],
        key=key,
        columns={
            "added": [name for name in new if name not in old] if both else [],
            "removed": [name for name in old if name not in new] if both else [],
        },
    )


def _difference(sides: Sides) -> Composable:
    """Return a query of `change`, `number`, `before`, `after` over both tables."""
    if sides.before is None or sides.after is None:
        return _one_side(sides)
    if sides.key:
        return _by_key(sides, sides.before, sides.after)
    return SQL("{} UNION ALL {}").format(
        _except(sides, sides.after, sides.before, "added"),
        _except(sides, sides.before, sides.after, "removed"),
    )


def _one_side(sides: Sides) -> Composable:
    added = sides.after is not None
    content = SQL("to_jsonb(t) - '_id' - '_full_text'")
    return SQL(
        "SELECT {} AS change, t._id AS number, {} AS before, {} AS after"
        " FROM public.{} AS t"
    ).format(
        Literal("added" if added else "removed"),
        SQL("NULL::jsonb") if added else content,
        content if added else SQL("NULL::jsonb"),
        Identifier(sides.after or sides.before or ""),
    )


def _by_key(sides: Sides, before: str, after: str) -> Composable:
    # As texts: an update may give a column another type, and still mean the same row.
    same = SQL(" AND ").join(
        SQL("a.{0}::text = b.{0}::text").format(Identifier(name)) for name in sides.key
    )
    differs = SQL(" OR ").join(
        SQL("a.{0}::text IS DISTINCT FROM b.{0}::text").format(Identifier(name))
        for name in sides.common
    )
    return SQL(
        "SELECT CASE WHEN a._id IS NULL THEN 'added'"
        " WHEN b._id IS NULL THEN 'removed' ELSE 'changed' END AS change,"
        " coalesce(b._id, a._id) AS number,"
        " CASE WHEN a._id IS NOT NULL"
        " THEN to_jsonb(a) - '_id' - '_full_text' END AS before,"
        " CASE WHEN b._id IS NOT NULL"
        " THEN to_jsonb(b) - '_id' - '_full_text' END AS after"
        " FROM public.{} AS a FULL JOIN public.{} AS b ON {}"
        " WHERE a._id IS NULL OR b._id IS NULL OR {}"
    ).format(Identifier(before), Identifier(after), same, differs)


def _except(sides: Sides, left: str, right: str, change: str) -> Composable:
    """Return the rows of one table that the other hasn't, as often as they are more."""
    texts = SQL(", ").join(
        SQL("{}::text").format(Identifier(name)) for name in sides.common
    )
    content = SQL("to_jsonb(t)")
    query = SQL(
        "SELECT {} AS change, 0 AS number, {} AS before, {} AS after FROM"
        " (SELECT {} FROM public.{} EXCEPT ALL SELECT {} FROM public.{}) AS t"
    )
    gone = change == "removed"
    nothing = SQL("NULL::jsonb")
    return query.format(
        Literal(change),
        content if gone else nothing,
        nothing if gone else content,
        SQL(", ").join(
            SQL("{0}::text AS {0}").format(Identifier(name)) for name in sides.common
        ),
        Identifier(left),
        texts,
        Identifier(right),
    )


def _total(cursor: Any, name: str | None) -> int:
    if name is None:
        return 0
    cursor.execute(SQL("SELECT count(*) FROM public.{}").format(Identifier(name)))
    return cursor.fetchone()[0]
