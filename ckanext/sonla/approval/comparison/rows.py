"""The rows that came, went or changed, found in one pass in PostgreSQL.

Two rows are the same if they have the same key. Only the few pairs that differ are put
into words, by the very join that finds them, so a comparison costs hardly more than the
join itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Composable, Identifier, Literal

if TYPE_CHECKING:
    from .sides import Side, Sides

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
CHANGES = (ADDED, REMOVED, CHANGED)
# So many rows that differ are listed; all are counted.
MOST = 100_000
# Up to so many rows a table without a key is compared row by row as well.
LARGEST_WITHOUT_KEY = 100_000


def list_by_key(cursor: Any, sides: Sides, listing: Composable) -> dict[str, Any]:
    """List the rows that differ in a table, and count them.

    Args:
        listing: the table's name, with what `CREATE … TABLE` needs before it.

    Returns:
        `counts` by kind of change, `cells` by column, `listed` rows.
    """
    # The limit keeps what is told of a pair from being made of those that are equal.
    cursor.execute(
        SQL(
            "CREATE {} AS SELECT row_number() OVER"
            " (ORDER BY coalesce(after_id, before_id), before_id) AS place,"
            " change, columns, before, after FROM ("
            "SELECT a._id AS before_id, b._id AS after_id,"
            " CASE WHEN a._id IS NULL THEN 'added'"
            " WHEN b._id IS NULL THEN 'removed' ELSE 'changed' END AS change,"
            " {} AS columns, {} AS before, {} AS after {}"
            " WHERE a._id IS NULL OR b._id IS NULL OR {} LIMIT {}) AS differing"
        ).format(
            listing,
            _changed_columns(sides),
            _content(sides.before, "a"),
            _content(sides.after, "b"),
            _joined(sides),
            _differs(sides),
            Literal(MOST + 1),
        )
    )
    listed = cursor.rowcount
    return {"listed": listed, **(_counted(cursor, sides) if listed > MOST else {})}


def list_without_key(cursor: Any, sides: Sides, listing: Composable) -> dict[str, Any]:
    """List the rows that only one side has: a changed row is one gone and one come."""
    texts = SQL(", ").join(
        SQL("{0}::text AS {0}").format(Identifier(name)) for name in sides.common
    )
    before, after = _names(sides)
    only = SQL("(SELECT {0} FROM public.{1} EXCEPT ALL SELECT {0} FROM public.{2})")
    nothing, row = SQL("NULL::jsonb"), SQL("to_jsonb(t)")
    part = SQL(
        "SELECT {} AS change, '{{}}'::text[] AS columns, {} AS before, {} AS after"
        " FROM {} AS t"
    )
    cursor.execute(
        SQL(
            "CREATE {} AS SELECT row_number() OVER (ORDER BY coalesce(after, before),"
            " change DESC) AS place, * FROM ({} UNION ALL {}) AS rows"
        ).format(
            listing,
            part.format(
                Literal(ADDED), nothing, row, only.format(texts, after, before)
            ),
            part.format(
                Literal(REMOVED), row, nothing, only.format(texts, before, after)
            ),
        )
    )
    return {"listed": cursor.rowcount}


def counts_of(cursor: Any, listing: Composable) -> dict[str, Any]:
    """Count what a whole listing holds, by kind of change and by column."""
    told = dict.fromkeys(CHANGES, 0)
    cursor.execute(
        SQL("SELECT change, count(*) FROM {} GROUP BY change").format(listing)
    )
    told |= dict(cursor.fetchall())
    cursor.execute(
        SQL(
            "SELECT name, count(*) FROM {}, unnest(columns) AS name GROUP BY name"
        ).format(listing)
    )
    return {"counts": told, "cells": dict(cursor.fetchall())}


def one_sided(cursor: Any, side: Side, limit: int, offset: int) -> list[dict[str, Any]]:
    """Return the rows of a table that only one side has, in their order."""
    cursor.execute(
        SQL("SELECT {} FROM public.{} AS a ORDER BY _id LIMIT {} OFFSET {}").format(
            _row(side, "a"), Identifier(side.name), Literal(limit), Literal(offset)
        )
    )
    return [row[0] for row in cursor.fetchall()]


def _counted(cursor: Any, sides: Sides) -> dict[str, Any]:
    """Count all rows that differ where they are too many to be listed."""
    both = SQL("a._id IS NOT NULL AND b._id IS NOT NULL")
    columns = [
        SQL("count(*) FILTER (WHERE {} AND {} IS DISTINCT FROM {})").format(
            both, *sides.values(name)
        )
        for name in _others(sides)
    ]
    cursor.execute(
        SQL(
            "SELECT count(*) FILTER (WHERE a._id IS NULL),"
            " count(*) FILTER (WHERE b._id IS NULL),"
            " count(*) FILTER (WHERE {} AND ({})) {} {}"
        ).format(
            both,
            _differs(sides),
            SQL("").join(SQL(", {}").format(column) for column in columns),
            _joined(sides),
        )
    )
    added, removed, changed, *cells = cursor.fetchone()
    by_column = zip(_others(sides), cells, strict=True)
    return {
        "counts": {ADDED: added, REMOVED: removed, CHANGED: changed},
        "cells": {name: count for name, count in by_column if count},
    }


def _joined(sides: Sides) -> Composable:
    same = SQL(" AND ").join(
        SQL("{} = {}").format(*sides.values(name)) for name in sides.key
    )
    return SQL("FROM public.{} AS a FULL JOIN public.{} AS b ON {}").format(
        *_names(sides), same
    )


def _differs(sides: Sides) -> Composable:
    others = _others(sides)
    if not others:
        return SQL("false")
    return SQL(" OR ").join(
        SQL("{} IS DISTINCT FROM {}").format(*sides.values(name)) for name in others
    )


def _changed_columns(sides: Sides) -> Composable:
    cases = [
        SQL("CASE WHEN {} IS DISTINCT FROM {} THEN {} END").format(
            *sides.values(name), Literal(name)
        )
        for name in _others(sides)
    ]
    return SQL(
        "CASE WHEN a._id IS NULL OR b._id IS NULL THEN '{{}}'::text[]"
        " ELSE array_remove(ARRAY[{}]::text[], NULL) END"
    ).format(SQL(", ").join(cases))


def _content(side: Side | None, alias: str) -> Composable:
    if side is None:
        return SQL("NULL::jsonb")
    return SQL("CASE WHEN {}._id IS NOT NULL THEN {} END").format(
        SQL(alias), _row(side, alias)
    )


def _row(side: Side, alias: str) -> Composable:
    """Return a row as JSON without CKAN's own columns."""
    names = SQL(", ").join(
        SQL("{}.{}").format(SQL(alias), Identifier(column.name))
        for column in side.columns
    )
    return SQL("(SELECT to_jsonb(r) FROM (SELECT {}) AS r)").format(names)


def _others(sides: Sides) -> list[str]:
    return [name for name in sides.common if name not in sides.key]


def _names(sides: Sides) -> tuple[Composable, Composable]:
    before, after = (
        Identifier(side.name if side else "") for side in (sides.before, sides.after)
    )
    return before, after
