"""What stands beside a dataset and an entry: what is asked, what was mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.feedback.model import Answer, Feedback
from ckanext.sonla.feedback.vocabulary import OPEN
from ckanext.sonla.shared.asking import sonla_ask

from .reader import visible

if TYPE_CHECKING:
    from datetime import datetime

_MENDED = 5


@dataclass(frozen=True)
class Mended:
    """What somebody's feedback led to: its kind and the version, nobody's name.

    Args:
        code: of the feedback.
        kind: of the feedback.
        closed: when it was answered.
        number: of the dataset's version that mended it; None if it isn't told.
    """

    code: str
    kind: str
    closed: datetime
    number: int | None


def open_count(**about: str) -> int:
    """Return how much open feedback there is about a `dataset_id` or `entry_code`."""
    of = [getattr(Feedback, name) == value for name, value in about.items()]
    query = sa.select(sa.func.count()).select_from(Feedback)
    return (
        model.Session.scalar(query.where(*of, Feedback.state.in_(OPEN), visible())) or 0
    )


def mended(dataset_id: str) -> list[Mended]:
    """Return what was mended in a dataset because of feedback, the newest first."""
    rows = model.Session.execute(
        sa.select(Feedback.code, Feedback.kind, Feedback.closed, Answer.revision_id)
        .join(Answer, Answer.feedback_id == Feedback.id)
        .where(
            Feedback.dataset_id == dataset_id,
            Feedback.state == "answered",
            Answer.state == "approved",
            Answer.round == Feedback.round,
            Answer.revision_id.is_not(None),
            visible(),
        )
        .order_by(Feedback.closed.desc())
        .limit(_MENDED)
    ).all()
    known = numbers(dataset_id) if rows else {}
    return [
        Mended(row.code, row.kind, row.closed, known.get(row.revision_id))
        for row in rows
    ]


def numbers(dataset_id: str) -> dict[str, int]:
    """Return the numbers of a dataset's versions by the ids of their revisions.

    As the public history counts them: the first that was published is 1.
    """
    found = sonla_ask(
        "sonla_revision_list",
        dataset_id=dataset_id,
        state=["published", "superseded"],
        limit=1000,
    )
    results = found["results"] if found else []
    told = sorted(results, key=lambda one: (one["published"] or "", one["id"]))
    return {one["id"]: number for number, one in enumerate(told, start=1)}
