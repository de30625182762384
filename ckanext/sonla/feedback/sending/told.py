"""Feedback as it is told to its sender, and as it is told to whoever has the code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ckan import model
from ckanext.sonla.feedback import deciding, vocabulary
from ckanext.sonla.feedback.model import Answer, Attachment, Feedback, PastRound
from ckanext.sonla.shared import clock

if TYPE_CHECKING:
    from datetime import datetime

import sqlalchemy as sa


def receipt(feedback: Feedback, secret: str) -> dict[str, Any]:
    """Return what a sender gets: `code`, `secret`, `due` and how `due` is counted."""
    return {
        "code": feedback.code,
        "secret": secret,
        "due": feedback.due.isoformat() if feedback.due else None,
        "state": feedback.state,
        "explain": _explain(feedback),
    }


def outline(feedback: Feedback) -> dict[str, Any]:
    """Return what the code alone tells: the kind, the dates and the state."""
    handler = model.Group.get(feedback.handler_id)
    return {
        "code": feedback.code,
        "kind": feedback.kind,
        "kind_label": vocabulary.label("kind", feedback.kind),
        "state": feedback.state,
        "state_label": vocabulary.label("state", feedback.state),
        "agency": handler.name if handler else None,
        "agency_title": (handler.title or handler.name) if handler else None,
        "created": _z(feedback.created),
        "received": _z(feedback.received),
        "due": feedback.due.isoformat() if feedback.due else None,
        "closed": _z(feedback.closed),
        "round": feedback.round,
        "supports": feedback.supports,
        "explain": _explain(feedback),
    }


def whole(feedback: Feedback) -> dict[str, Any]:
    """Return all that is kept of a sender, which is hers to have."""
    file = model.Session.get(Attachment, feedback.id)
    return {
        **outline(feedback),
        "subject": feedback.subject,
        "text": feedback.text,
        "publish_text": feedback.publish_text,
        "language": feedback.language,
        "name": feedback.name,
        "email": feedback.email,
        "email_confirmed": _z(feedback.email_confirmed),
        "forgotten": _z(feedback.forgotten),
        "dataset_id": feedback.dataset_id,
        "resource_id": feedback.resource_id,
        "row": feedback.row_id,
        "column": feedback.column_name,
        "entry": feedback.entry_code,
        "attachment": {"name": file.name, "size": file.size} if file else None,
        "moderation": feedback.moderation,
        "moderation_reason": feedback.moderation_reason,
        "reopen_until": _reopen_until(feedback),
        "reopened_for": _reopened_for(feedback),
        "answers": [_answer(one) for one in _answers(feedback)],
    }


def _reopen_until(feedback: Feedback) -> str | None:
    """Return until when its sender may reopen it; None if she may not any more."""
    until = deciding.reopens_until(feedback)
    return _z(until) if until and clock.now() <= until else None


def _reopened_for(feedback: Feedback) -> str | None:
    """Return what its sender said when she reopened it."""
    return model.Session.scalar(
        sa.select(PastRound.reopened_for).where(
            PastRound.feedback_id == feedback.id, PastRound.reopened_by.is_(None)
        )
    )


def _answers(feedback: Feedback) -> list[Answer]:
    query = sa.select(Answer).where(
        Answer.feedback_id == feedback.id, Answer.state == "approved"
    )
    return list(model.Session.scalars(query.order_by(Answer.round)))


def _answer(answer: Answer) -> dict[str, Any]:
    """Return an approved answer: of the agency, which is no person."""
    return {
        "round": answer.round,
        "kind": answer.kind,
        "text": answer.text,
        "reason": answer.reason,
        "decided": _z(answer.decided),
    }


def _explain(feedback: Feedback) -> dict[str, str] | None:
    if feedback.received is None:
        return None
    start = clock.local_date(feedback.received).isoformat()
    return {"kind": "feedback", "start": start}


def _z(moment: datetime | None) -> str | None:
    return clock.iso_z(moment) if moment else None
