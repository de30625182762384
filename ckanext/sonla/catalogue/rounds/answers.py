"""Rounds and answers as the actions answer them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import clock

from .model import ReviewAnswer, ReviewRound
from .states import STATES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def round_dict(review_round: ReviewRound) -> dict[str, Any]:
    """Return a round, with the number of its answers by their state."""
    return {
        "id": review_round.id,
        "state": review_round.state,
        "due": review_round.due.isoformat(),
        "note": review_round.note,
        "edition_id": review_round.base_id,
        "opened": _iso(review_round.opened),
        "closed": _iso(review_round.closed),
        "late": review_round.state == "open" and review_round.due < clock.today(),
        "counts": _counts(review_round.id),
    }


def _counts(round_id: str) -> dict[str, int]:
    rows = model.Session.execute(
        sa.select(ReviewAnswer.state, sa.func.count())
        .where(ReviewAnswer.round_id == round_id)
        .group_by(ReviewAnswer.state)
    ).all()
    counts: dict[str, int] = dict.fromkeys(STATES, 0)
    counts.update(row.tuple() for row in rows)
    return counts


def answer_dicts(
    round_id: str, agencies: Sequence[str] | None = None, *, readers: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Return a round's answers by the agencies' titles.

    Args:
        round_id: the round.
        agencies: only those of these, by id.
        readers: the reader's agencies: what another one's leader hasn't approved stays
            that agency's own affair.
    """
    query = (
        sa.select(ReviewAnswer, model.Group.name, model.Group.title)
        .join(model.Group, model.Group.id == ReviewAnswer.agency_id)
        .where(ReviewAnswer.round_id == round_id)
        .order_by(model.Group.title, model.Group.name)
    )
    if agencies is not None:
        query = query.where(ReviewAnswer.agency_id.in_(agencies))
    told = []
    for answer, name, title in model.Session.execute(query):
        one = answer_dict(answer, name, title)
        if answer.state != "approved" and answer.agency_id not in readers:
            one |= {"changes": [], "note": "", "comment": ""}
        told.append(one)
    return told


def answer_dict(answer: ReviewAnswer, name: str, title: str | None) -> dict[str, Any]:
    """Return an answer; the agency's name, no person's."""
    return {
        "id": answer.id,
        "round_id": answer.round_id,
        "agency": name,
        "agency_title": title or name,
        "state": answer.state,
        "changes": answer.changes,
        "note": answer.note,
        "comment": answer.comment,
        "answered": _iso(answer.answered),
        "decided": _iso(answer.decided),
        "reminded": _iso(answer.reminded),
        "reminders": answer.reminders,
        "collected": _iso(answer.collected),
        "edition_id": answer.edition_id,
    }


def _iso(moment: datetime | None) -> str | None:
    return clock.iso_z(moment) if moment else None
