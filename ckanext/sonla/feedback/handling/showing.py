"""Feedback as those inside read it, and as a step answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.feedback import clock as counting
from ckanext.sonla.feedback import people, rejections
from ckanext.sonla.feedback.model import (
    Answer,
    Attachment,
    Feedback,
    Note,
    PastRound,
)
from ckanext.sonla.feedback.permissions import may, may_as_handler
from ckanext.sonla.feedback.reading import timeline
from ckanext.sonla.feedback.states import contributions
from ckanext.sonla.shared import clock, roles

from . import steps

if TYPE_CHECKING:
    from collections.abc import Iterable


def brief(feedback: Feedback, agency: dict[str, str] | None = None) -> dict[str, Any]:
    """Return how feedback stands; nothing of persons, nothing that was written.

    Args:
        feedback: what is asked for.
        agency: what `people.named` says of its handler, if that was asked already.
    """
    standing = counting.standing(feedback, clock.now())
    agency = agency or people.named(feedback.handler_id)
    return {
        "code": feedback.code,
        "kind": feedback.kind,
        "state": feedback.state,
        "moderation": feedback.moderation,
        "round": feedback.round,
        "agency": agency["name"],
        "agency_title": agency["title"],
        "received": clock.iso_z(feedback.received),
        "due": feedback.due.isoformat() if feedback.due else None,
        "due_at": clock.iso_z(feedback.due_at),
        "closed": clock.iso_z(feedback.closed),
        "days_left": standing["days"],
        "late": standing["late"],
        "supports": feedback.supports,
    }


def whole(feedback: Feedback, user: str | None) -> dict[str, Any]:
    """Return all that an account inside reads of feedback.

    Args:
        feedback: what is asked for; the caller has asked whether the account may.
        user: the account, by id or name.
    """
    return {
        **brief(feedback),
        "subject": feedback.subject,
        "text": feedback.text,
        "publish_text": feedback.publish_text,
        "language": feedback.language,
        "held_for": feedback.held_for,
        "assigned_to": named(feedback.assigned_to),
        "about": about(feedback),
        "sender": _sender(feedback, user),
        "notes": _notes(feedback),
        "contributions": _contributions(feedback),
        "answers": _answers(feedback),
        "rounds": _rounds(feedback),
        "attachment": _attachment(feedback),
        "timeline": timeline.of(feedback, inside=True),
        "may": steps.of(feedback, user),
    }


def datasets(ids: Iterable[str | None]) -> dict[str, Any]:
    """Return the id, name and title of datasets, by their ids."""
    package, wanted = model.Package, [one for one in ids if one]
    query = sa.select(package.id, package.name, package.title)
    rows = model.Session.execute(query.where(package.id.in_(wanted)))
    return {row.id: row for row in rows} if wanted else {}


def about(feedback: Feedback, known: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what feedback is about: a dataset, a place in it, an entry.

    Args:
        feedback: what is asked for.
        known: the datasets, if they were read already.
    """
    if known is None:
        known = datasets([feedback.dataset_id])
    package = known.get(feedback.dataset_id or "")
    return {
        "dataset_id": feedback.dataset_id,
        "dataset": package.name if package else None,
        "dataset_title": (package.title or package.name) if package else None,
        "resource_id": feedback.resource_id,
        "row": feedback.row_id,
        "column": feedback.column_name,
        "entry": feedback.entry_code,
    }


def named(user_id: str | None) -> str | None:
    """Return what an account is called among those who handle feedback."""
    user = model.User.get(user_id) if user_id else None
    return (user.fullname or user.name) if user else user_id


def _sender(feedback: Feedback, user: str | None) -> dict[str, Any] | None:
    """Return who sent it: for the agency that handles it, and for auditors."""
    handles = may_as_handler(user, "read", feedback.handler_id)
    if not handles and not (roles.holds(user, roles.AUDITOR) and may(user, "read_all")):
        return None
    return {
        "name": feedback.name,
        "email": feedback.email,
        "confirmed": clock.iso_z(feedback.email_confirmed),
        "forgotten": clock.iso_z(feedback.forgotten),
    }


def _attachment(feedback: Feedback) -> dict[str, Any] | None:
    """Return the file that came with it; who reads this may save it."""
    file = model.Session.get(Attachment, feedback.id)
    if file is None:
        return None
    return {"name": file.name, "size": file.size, "scanned": file.scanned}


def _notes(feedback: Feedback) -> list[dict[str, Any]]:
    rows = model.Session.scalars(
        sa.select(Note).where(Note.feedback_id == feedback.id).order_by(Note.created)
    )
    return [
        {
            "author": named(row.author),
            "agency": people.named(row.agency_id)["title"],
            "text": row.text,
            "created": clock.iso_z(row.created),
        }
        for row in rows
    ]


def _contributions(feedback: Feedback) -> list[dict[str, Any]]:
    return [
        {
            "agency": people.named(row.agency_id)["name"],
            "agency_title": people.named(row.agency_id)["title"],
            "question": row.question,
            "asked": clock.iso_z(row.asked),
            "asked_by": named(row.asked_by),
            "text": row.text,
            "answered": clock.iso_z(row.answered),
            "answered_by": named(row.answered_by),
        }
        for row in contributions(feedback)
    ]


def _answers(feedback: Feedback) -> list[dict[str, Any]]:
    """Return what was proposed, the newest first."""
    rows = model.Session.scalars(
        sa.select(Answer)
        .where(Answer.feedback_id == feedback.id)
        .order_by(Answer.submitted.desc())
    )
    return [
        {
            "id": row.id,
            "round": row.round,
            "kind": row.kind,
            "text": row.text,
            "reason": row.reason,
            "reason_text": rejections.text_of(row.reason) if row.reason else None,
            "revision": row.revision_id,
            "state": row.state,
            "submitted": clock.iso_z(row.submitted),
            "submitted_by": named(row.submitted_by),
            "decided": clock.iso_z(row.decided),
            "decided_by": named(row.decided_by),
            "comment": row.comment,
        }
        for row in rows
    ]


def _rounds(feedback: Feedback) -> list[dict[str, Any]]:
    rows = model.Session.scalars(
        sa.select(PastRound)
        .where(PastRound.feedback_id == feedback.id)
        .order_by(PastRound.round)
    )
    return [
        {
            "round": row.round,
            "agency_title": people.named(row.handler_id)["title"],
            "received": clock.iso_z(row.received),
            "due": row.due.isoformat(),
            "closed": clock.iso_z(row.closed),
            "outcome": row.outcome,
            "late": counting.standing(row, clock.now())["late"],
            "reopened": clock.iso_z(row.reopened),
            "reopened_by_sender": row.reopened_by is None,
            "reopened_for": row.reopened_for,
        }
        for row in rows
    ]
