"""Open feedback like what somebody is about to send: she may support it instead.

Of it a stranger learns the kind, the object, the dates and the state, and no word of
its sender (issue of feedback, point 7).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.feedback import vocabulary
from ckanext.sonla.feedback.model import Feedback
from ckanext.sonla.shared import clock

from . import receiving, texts

# One word in common says little, and asking word by word would tell a text.
LEAST_WORDS = 2
MOST_CANDIDATES = 200


def like(data: dict[str, Any]) -> list[Feedback]:
    """Return open feedback of the same object and kind, or with the same words.

    Args:
        data: `kind`, `dataset_id`, `entry`, `subject`, each may be missing; `limit`.
    """
    found: dict[str, Feedback] = {}
    for query in (_of_object(data), _of_words(data)):
        if query is not None:
            found |= {one.id: one for one in model.Session.scalars(query)}
    said = set(texts.words_of(data.get("subject") or ""))

    def nearness(one: Feedback) -> tuple[int, int, float]:
        words = len(said & set(one.subject_words))
        received = one.received.timestamp() if one.received else 0.0
        return (-words, -one.supports, -received)

    return sorted(found.values(), key=nearness)[: data.get("limit") or 5]


def told(feedback: Feedback) -> dict[str, Any]:
    """Return what a stranger learns of open feedback."""
    package = model.Package.get(feedback.dataset_id) if feedback.dataset_id else None
    shown = package is not None and package.state == "active" and not package.private
    return {
        "code": feedback.code,
        "kind": feedback.kind,
        "kind_label": vocabulary.label("kind", feedback.kind),
        "state": feedback.state,
        "state_label": vocabulary.label("state", feedback.state),
        "dataset": package.name if package and shown else None,
        "dataset_title": package.title if package and shown else None,
        "entry": feedback.entry_code,
        "received": clock.iso_z(feedback.received) if feedback.received else None,
        "due": feedback.due.isoformat() if feedback.due else None,
        "supports": feedback.supports,
    }


def _open() -> Any:
    return sa.select(Feedback).where(
        Feedback.state.in_(vocabulary.OPEN), Feedback.moderation == receiving.CLEAR
    )


def _of_object(data: dict[str, Any]) -> Any:
    query = _open()
    if data.get("kind"):
        query = query.where(Feedback.kind == data["kind"])
    if data.get("dataset_id"):
        package = model.Package.get(data["dataset_id"])
        query = query.where(Feedback.dataset_id == (package.id if package else ""))
    elif data.get("entry"):
        query = query.where(Feedback.entry_code == data["entry"])
    else:
        return None
    return query.order_by(Feedback.received.desc()).limit(MOST_CANDIDATES)


def _of_words(data: dict[str, Any]) -> Any:
    said = texts.words_of(data.get("subject") or "")
    if len(said) < LEAST_WORDS:
        return None
    query = _open().where(Feedback.subject_words.overlap(said))
    if data.get("kind"):
        query = query.where(Feedback.kind == data["kind"])
    common = sa.func.cardinality(
        sa.func.array(
            sa.select(sa.func.unnest(Feedback.subject_words))
            .intersect(sa.select(sa.func.unnest(sa.cast(said, _TEXTS))))
            .scalar_subquery()
        )
    )
    return query.where(common >= LEAST_WORDS).limit(MOST_CANDIDATES)


_TEXTS = sa.ARRAY(sa.Text)
