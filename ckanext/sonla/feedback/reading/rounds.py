"""Rounds that ended before feedback was reopened: what was late then stays late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.feedback.clock import late_at
from ckanext.sonla.feedback.model import Feedback, PastRound
from ckanext.sonla.shared import clock, policy

from .reader import visible

if TYPE_CHECKING:
    from collections.abc import Sequence


def of(page: Sequence[Feedback]) -> dict[str, list[dict[str, Any]]]:
    """Return the past rounds by feedback, the first first.

    Returns:
        Each as `round`, `received`, `due`, `closed`, and whether it was `overdue`.
    """
    ids = [one.id for one in page if one.round > 1]
    found: dict[str, list[dict[str, Any]]] = {}
    if not ids:
        return found
    rows = model.Session.scalars(
        sa.select(PastRound)
        .where(PastRound.feedback_id.in_(ids))
        .order_by(PastRound.round)
    )
    for row in rows:
        told = {
            "round": row.round,
            "received": clock.iso_z(row.received),
            "due": row.due.isoformat(),
            "closed": clock.iso_z(row.closed),
            "overdue": late_at(row.closed, row.due_at),
        }
        found.setdefault(row.feedback_id, []).append(told)
    return found


def by_agency(ids: list[str] | None, year: int | None) -> dict[str, tuple[int, int]]:
    """Return how many past rounds were in time and how many late, by agency.

    Args:
        ids: only of these agencies; None for all.
        year: only those that began in this year.
    """
    late = late_at(PastRound.closed, PastRound.due_at)
    query = (
        sa.select(
            PastRound.handler_id,
            sa.func.count().filter(sa.not_(late)),
            sa.func.count().filter(late),
        )
        .join(Feedback, Feedback.id == PastRound.feedback_id)
        .where(visible())
        .group_by(PastRound.handler_id)
    )
    if ids is not None:
        query = query.where(PastRound.handler_id.in_(ids))
    if year is not None:
        zoned = sa.func.timezone(policy.text("timezone"), PastRound.received)
        query = query.where(sa.extract("year", zoned) == year)
    return {row[0]: (row[1], row[2]) for row in model.Session.execute(query)}
