"""What the templates of handling ask."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback import clock as counting
from ckanext.sonla.feedback import people, rejections, vocabulary
from ckanext.sonla.feedback.model import Answer, Contribution, Feedback, is_open
from ckanext.sonla.shared import roles
from ckanext.sonla.shared.asking import sonla_ask


def sonla_handling_label(of: str, value: str) -> str:
    """Return what a `kind`, `state`, `answer_state`, … is called on screen."""
    return vocabulary.label(of, value)


def sonla_handling_left(item: dict[str, Any]) -> str:
    """Return how the clock of feedback stands: `3 days left`."""
    return counting.words(
        {
            "days": item["days_left"],
            "late": item["late"],
            "closed": item["closed"] is not None,
        }
    )


def sonla_handling_reasons() -> list[tuple[str, str]]:
    """Return the reasons for declining as pairs of code and text."""
    return [(one.code, one.text()) for one in rejections.reasons().values()]


def sonla_handling_waits() -> dict[str, int] | None:
    """Return how many feedback wait for the reader; None for who has no inbox.

    For a leader those are answers to decide on, for others what is open and not waiting
    for the leader, and what their agency was asked.
    """
    user = tk.current_user.name
    agencies = people.agencies_of(user)
    if not agencies:
        return None
    # What was set aside, or went to another agency, waits for nobody.
    answers = (
        sa.select(Answer.feedback_id)
        .join(Feedback, Feedback.id == Answer.feedback_id)
        .where(Answer.agency_id.in_(agencies), Answer.state == "submitted", is_open())
    )
    held = roles.appointment_of(user)
    if held is None or held.role == roles.LEADER:
        return {"count": _count(answers)}
    mine = sa.select(Feedback.id).where(
        is_open(), Feedback.handler_id.in_(agencies), Feedback.id.not_in(answers)
    )
    asked = (
        sa.select(Contribution.feedback_id)
        .join(Feedback, Feedback.id == Contribution.feedback_id)
        .where(
            Contribution.agency_id.in_(agencies),
            Contribution.answered.is_(None),
            is_open(),
        )
    )
    return {"count": _count(mine) + _count(asked)}


def _count(query: sa.Select[Any]) -> int:
    # A badge needs no more, and stays cheap.
    rows = query.limit(100).subquery()
    return model.Session.scalar(sa.select(sa.func.count()).select_from(rows)) or 0


def sonla_handling_of_dataset(dataset_id: str | None) -> list[dict[str, Any]]:
    """Return open feedback about a dataset, for those who handle it; else nothing."""
    if not dataset_id or not people.agencies_of(tk.current_user.name):
        return []
    found = sonla_ask("sonla_feedback_inbox_list", dataset_id=dataset_id, limit=20)
    return found["results"] if found else []
