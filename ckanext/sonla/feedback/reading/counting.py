"""How much feedback there is, without counting it: the cells that triggers maintain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import tick

from . import zone
from .model import EVERYBODY, FeedbackCount, FeedbackDelta

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEYS = ("visible", "kind", "state", "year", "late")
_FOLD = """
    WITH gone AS (
        DELETE FROM sonla_feedback_delta WHERE id IN (
            SELECT id FROM sonla_feedback_delta ORDER BY id LIMIT :most
        ) RETURNING *
    ), cells AS (
        SELECT handler_id, visible, kind, state, year, late, n FROM gone
        UNION ALL
        SELECT '', visible, kind, state, year, late, n FROM gone
    ), folded AS (
        INSERT INTO sonla_feedback_count AS kept
            (handler_id, visible, kind, state, year, late, n)
        SELECT handler_id, visible, kind, state, year, late, sum(n) FROM cells
        GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0
        ON CONFLICT (handler_id, visible, kind, state, year, late)
            DO UPDATE SET n = kept.n + excluded.n
    )
    SELECT count(*) FROM gone
"""
_MOST = 20_000


@tick.task("feedback.count")
def fold() -> None:
    """Fold the changes since the last time into the counts; the tick does it alone."""
    zone.follow_policy()
    model.Session.commit()
    while model.Session.scalar(sa.text(_FOLD), {"most": _MOST}) == _MOST:
        model.Session.commit()
    model.Session.commit()


def _cells(handler_id: str | None, wanted: dict[str, Any]) -> sa.Subquery:
    of = handler_id or EVERYBODY

    def of_table(table: Any, *where: Any) -> sa.Select[Any]:
        asked = [
            getattr(table, name).in_(value)
            if isinstance(value, (list, tuple))
            else getattr(table, name) == value
            for name, value in wanted.items()
            if value is not None
        ]
        columns = [getattr(table, name) for name in (*_KEYS, "n")]
        return sa.select(*columns).where(*where, *asked)

    waiting = [FeedbackDelta.handler_id == of] if handler_id else []
    return sa.union_all(
        of_table(FeedbackCount, FeedbackCount.handler_id == of),
        of_table(FeedbackDelta, *waiting),
    ).subquery()


def count(handler_id: str | None, **wanted: Any) -> int:
    """Return how much feedback an agency has, or all of them together have.

    Args:
        handler_id: the agency that answers; None for all.
        wanted: `visible`, `kind`, `state`, `year`, `late`: a value, several, or None
            for any.
    """
    cells = _cells(handler_id, wanted)
    found = model.Session.scalar(sa.select(sa.func.sum(cells.c.n)))
    return int(found or 0)


def table(
    handler_id: str | None, by: Sequence[str], **wanted: Any
) -> dict[tuple[Any, ...], int]:
    """Return counts by the values of some of `kind`, `state`, `year`, `late`."""
    cells = _cells(handler_id, wanted)
    keys = [cells.c[name] for name in by]
    rows = model.Session.execute(
        sa.select(*keys, sa.func.sum(cells.c.n)).group_by(*keys).order_by(*keys)
    )
    return {tuple(row[:-1]): int(row[-1]) for row in rows if row[-1]}
