"""A comparison of two tables, made once and kept while its sides stand still.

A submitted revision is frozen, and so is what the public sees while it is open: its
comparison is kept in the DataStore's database, in a schema that only the owner of the
frozen tables reads. Paging and reloading then cost nothing. A draft's is made anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from psycopg2.errors import QueryCanceled
from psycopg2.sql import SQL, Composable, Identifier, Literal

from ckanext.sonla.approval import datastore

from . import rows, shelf, sides, statistics

if TYPE_CHECKING:
    from .shelf import Keep
    from .sides import Sides

CHANGES = rows.CHANGES
_LIMIT = "20s"
Fields = list[dict[str, Any]] | None
_TOO_LONG: dict[str, Any] = {
    "rows_before": None,
    "rows_after": None,
    "changed": True,
    "counts": None,
    "listed": None,
    "columns": {"added": [], "removed": []},
    "key": [],
    "summary": [],
    "too_long": True,
}
_TEMPORARY = Identifier("sonla_listing")


@dataclass(frozen=True)
class Asked:
    """Which of the rows that differ to return; without a `limit` none is asked for."""

    limit: int | None = None
    offset: int = 0
    change: str | None = None
    column: str | None = None


@dataclass(frozen=True)
class Comparison:
    """What two tables differ in: `summary`, and the rows that were asked for.

    `fields` are both data dictionaries, where the tables were read.
    """

    summary: dict[str, Any]
    rows: dict[str, Any] | None
    fields: tuple[Fields, Fields] | None = None


def compare(
    before: str | None,
    after: str | None,
    asked: Asked,
    keep: Keep | None = None,
    rows_before: int | None = None,
) -> Comparison | None:
    """Compare two tables by their names; None if there is neither.

    Args:
        rows_before: how many rows the first one has, where that is known.

    Returns:
        A summary whose `counts` is None, with `too_long`, if it takes too long.
    """
    if keep is not None:
        shelf.ensure_schema()
    try:
        with datastore.owning() as cursor:
            _limit(cursor)
            both = sides.of(cursor, before, after, rows_before)
            if not both.before and not both.after:
                return None
            compared = _compared(cursor, both, asked, keep)
            return replace(compared, fields=_fields(both))
    except QueryCanceled:
        return Comparison(dict(_TOO_LONG), None)


def _fields(both: Sides) -> tuple[Fields, Fields]:
    """Return both data dictionaries as the canonical content has them."""
    told = [
        side and [{"id": c.name, "type": c.type, "info": c.info} for c in side.columns]
        for side in (both.before, both.after)
    ]
    return told[0], told[1]


def _compared(cursor: Any, both: Sides, asked: Asked, keep: Keep | None) -> Comparison:
    if both.before == both.after or not both.before or not both.after:
        return _without_join(cursor, both, asked)
    if keep is None:
        summary = _made(cursor, both, SQL("TEMP TABLE {} ON COMMIT DROP"), _TEMPORARY)
        return Comparison(summary, _page(cursor, summary, _TEMPORARY, asked))
    place = Identifier(shelf.SCHEMA, keep.table)
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (keep.table,))
    summary = shelf.kept(cursor, keep)
    if summary is None:
        summary = _made(cursor, both, SQL("TABLE {}"), place)
        page = _page(cursor, summary, place, asked)
        if keep.still():
            shelf.store(cursor, keep, summary)
        elif summary["listed"] is not None:
            cursor.execute(SQL("DROP TABLE {}").format(place))
        return Comparison(summary, page)
    return Comparison(summary, _page(cursor, summary, place, asked))


def _without_join(cursor: Any, both: Sides, asked: Asked) -> Comparison:
    """Compare a table with nothing, or with itself: there is nothing to join."""
    side = both.after or both.before
    if side is None:
        raise ValueError(both)
    total, _ = statistics.of(cursor, side, [])
    counts = dict.fromkeys(rows.CHANGES, 0)
    page = {"count": 0, "results": [], "key": both.key}
    if both.before != both.after:
        change = rows.ADDED if both.after else rows.REMOVED
        counts[change] = total
        found = asked.change in (None, change) and asked.column is None
        if found and asked.limit is not None:
            listed = rows.one_sided(cursor, side, asked.limit, asked.offset)
            page |= {
                "count": total,
                "results": [_row(both.key, change, row) for row in listed],
            }
    summary = _summary(
        both,
        (total if both.before else 0, {}),
        (total if both.after else 0, {}),
        {"counts": counts, "cells": {}},
    )
    return Comparison(summary, page if asked.limit is not None else None)


def _row(key: list[str], change: str, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "change": change,
        "key": {name: row[name] for name in key},
        "before": row if change == rows.REMOVED else None,
        "after": row if change == rows.ADDED else None,
        "columns": [],
    }


def _made(cursor: Any, both: Sides, form: SQL, place: Identifier) -> dict[str, Any]:
    """List what differs in a new table at a place, and sum it up."""
    listing = form.format(place)
    if both.key:
        found = rows.list_by_key(cursor, both, listing)
    elif both.common and _small(cursor, both):
        found = rows.list_without_key(cursor, both, listing)
    else:
        found = {"listed": None, "counts": None, "cells": {}}
    if "counts" not in found:
        found |= rows.counts_of(cursor, place)
    wanted = _worth_figures(both, found) if both.key else None
    before = statistics.of(cursor, both.before, wanted)
    if both.key and both.after and found["listed"] <= rows.MOST:
        after = statistics.carried_over(cursor, both.after, before, place)
    else:
        after = statistics.of(cursor, both.after, wanted)
    return _summary(both, before, after, found)


def _small(cursor: Any, both: Sides) -> bool:
    """Tell whether both tables are small enough to be compared without a key."""
    for side in filter(None, (both.before, both.after)):
        cursor.execute(
            SQL("SELECT count(*) FROM (SELECT FROM public.{} LIMIT {}) AS few").format(
                Identifier(side.name), Literal(rows.LARGEST_WITHOUT_KEY + 1)
            )
        )
        if cursor.fetchone()[0] > rows.LARGEST_WITHOUT_KEY:
            return False
    return True


def _worth_figures(both: Sides, found: dict[str, Any]) -> set[str]:
    """Return the columns whose figures can differ."""
    counts = found["counts"]
    if counts[rows.ADDED] or counts[rows.REMOVED]:
        return set(both.common) - set(both.key)
    return set(found["cells"])


def _summary(
    both: Sides,
    before: tuple[int, statistics.Figures],
    after: tuple[int, statistics.Figures],
    found: dict[str, Any],
) -> dict[str, Any]:
    (rows_before, old), (rows_after, new) = before, after
    columns = {
        "added": both.only(both.after, both.before),
        "removed": both.only(both.before, both.after),
    }
    cells, counts = found["cells"], found["counts"]
    return {
        "rows_before": rows_before,
        "rows_after": rows_after,
        "changed": counts is None or any(counts.values()) or any(columns.values()),
        "counts": counts,
        "listed": found.get("listed"),
        "columns": columns,
        "key": both.key,
        "summary": [
            {
                "column": name,
                "changed": cells.get(name, 0) if both.key else None,
                "before": statistics.plain(old.get(name)),
                "after": statistics.plain(new.get(name)),
            }
            for name in both.common
            if cells.get(name) or old.get(name) or new.get(name)
        ],
    }


def _page(
    cursor: Any, summary: dict[str, Any], place: Identifier, asked: Asked
) -> dict[str, Any] | None:
    """Return the rows that differ, filtered, from `offset` on."""
    if asked.limit is None or summary["listed"] is None:
        return None
    where: Composable = SQL("true")
    if asked.change:
        where = SQL("change = {}").format(Literal(asked.change))
    if asked.column:
        where = SQL("{} AND {} = ANY (columns)").format(where, Literal(asked.column))
    cursor.execute(SQL("SELECT count(*) FROM {} WHERE {}").format(place, where))
    (count,) = cursor.fetchone()
    if asked.change is None and asked.column is None:
        count = sum(summary["counts"].values())
    cursor.execute(
        SQL(
            "SELECT change, columns, before, after FROM {} WHERE {}"
            " ORDER BY place LIMIT {} OFFSET {}"
        ).format(place, where, Literal(asked.limit), Literal(asked.offset))
    )
    return {
        "count": count,
        "key": summary["key"],
        "results": [
            {
                "change": change,
                "key": {name: (after or before)[name] for name in summary["key"]},
                "before": before,
                "after": after,
                "columns": columns,
            }
            for change, columns, before, after in cursor.fetchall()
        ],
    }


def _limit(cursor: Any) -> None:
    cursor.execute(
        "SELECT set_config('statement_timeout', %s, true),"
        # A full join of two sorted keys; compiling it costs more than it saves.
        " set_config('jit', 'off', true)",
        (_LIMIT,),
    )
