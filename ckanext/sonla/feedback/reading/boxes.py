"""What stands beside a dataset and an entry: what is asked, what was mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
    )
    return [
        Mended(row.code, row.kind, row.closed, _number(row.revision_id)) for row in rows
    ]


def _number(revision_id: str) -> int | None:
    found: dict[str, Any] | None = sonla_ask("sonla_revision_show", id=revision_id)
    return found.get("version") if found else None
