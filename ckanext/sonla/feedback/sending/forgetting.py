"""What is forgotten of a sender: as she asks, by decision, after the policy's months.

Law 91/2025: code, kind, object, dates and answer stay; who sent it goes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback.model import Attachment, Feedback, PastRound, Support
from ckanext.sonla.shared import clock, policy
from ckanext.sonla.shared.mail import GIVEN_UP, SENT, OutboxMail

from . import receiving, store

SENDER, ALL = "sender", "all"
_DAYS_OF_A_MONTH = 31
_AT_ONCE = 500


def erase(feedback: Feedback, what: str, **told: Any) -> list[str]:
    """Erase who sent feedback, in the caller's transaction.

    Args:
        feedback: the feedback.
        what: `sender` (name, address, file), or `all`: all that she wrote too.
        told: what the event says besides, such as the decision's number.

    Returns:
        The names of files to remove once this is committed.
    """
    files = _forget([feedback.id])
    if what == ALL:
        gone = tk._("(erased)")
        feedback.subject = feedback.text = gone
        feedback.subject_words = []
        feedback.public_subject = feedback.public_text = None
        feedback.publish_text = False
        model.Session.execute(
            sa.update(PastRound)
            .where(
                PastRound.feedback_id == feedback.id, PastRound.reopened_by.is_(None)
            )
            .values(reopened_for=gone)
        )
    model.Session.flush()
    model.Session.refresh(feedback)
    receiving.record(feedback, "feedback.erased", public=False, what=what, **told)
    return files


def withdraw_text(feedback: Feedback) -> None:
    """Take the sender's words from the public, in the caller's transaction."""
    feedback.publish_text = False
    feedback.public_subject = feedback.public_text = None
    model.Session.flush()
    receiving.record(feedback, "feedback.text_withdrawn")


def forget_due() -> int:
    """Forget the senders whose time is over; return how many they were.

    Feedback that is open keeps its sender, who waits for an answer.
    """
    before = clock.now() - timedelta(
        days=policy.number("feedback_retention_months") * _DAYS_OF_A_MONTH
    )
    count = 0
    while found := _due(before):
        files = _forget([one.id for one in found])
        for one in found:
            receiving.record(
                one, "feedback.erased", public=False, what=SENDER, why="retention"
            )
        model.Session.commit()
        remove(files)
        count += len(found)
    return count


def remove(files: list[str]) -> None:
    """Remove files that no row names any more, after the commit."""
    for name in files:
        store.remove(name)


def remove_left_over() -> None:
    """Remove files that a crash left without a row."""
    named = set(model.Session.scalars(sa.select(Attachment.file)))
    store.left_over(named)


def _due(before: datetime) -> list[Feedback]:
    ended = sa.func.coalesce(Feedback.closed, Feedback.created)
    query = (
        sa.select(Feedback)
        .where(
            Feedback.forgotten.is_(None),
            Feedback.created < before,
            Feedback.state.in_(("answered", "rejected", "set_aside", "unconfirmed")),
            ended < before,
        )
        .order_by(Feedback.created)
        .limit(_AT_ONCE)
    )
    return list(model.Session.scalars(query))


def _forget(ids: list[str]) -> list[str]:
    """Forget senders and supporters of feedback; return the files to remove."""
    _forget_mails(ids)
    model.Session.execute(
        sa.update(Feedback)
        .where(Feedback.id.in_(ids))
        .values(name=None, email=None, email_confirmed=None, forgotten=clock.now())
        .execution_options(synchronize_session="fetch")
    )
    model.Session.execute(
        sa.update(Support)
        .where(Support.feedback_id.in_(ids))
        .values(supporter=None, email=None, email_confirmed=None)
        .execution_options(synchronize_session="fetch")
    )
    return list(
        model.Session.scalars(
            sa.delete(Attachment)
            .where(Attachment.feedback_id.in_(ids))
            .returning(Attachment.file)
        )
    )


def _forget_mails(ids: list[str]) -> None:
    """Take the address out of mails about feedback; those that wait go nowhere."""
    named = [
        *ids,
        *model.Session.scalars(_codes(ids)),
        *model.Session.scalars(_supports(ids)),
    ]
    model.Session.execute(
        sa.update(OutboxMail)
        .where(
            OutboxMail.event.like("feedback.%"),
            OutboxMail.user_id.is_(None),
            sa.func.split_part(OutboxMail.key, ":", 2).in_(named),
        )
        .values(
            address="",
            text="",
            html=None,
            link=None,
            state=sa.case((OutboxMail.state == SENT, SENT), else_=GIVEN_UP),
        )
        .execution_options(synchronize_session=False)
    )


def _codes(ids: list[str]) -> Any:
    return sa.select(Feedback.code).where(Feedback.id.in_(ids))


def _supports(ids: list[str]) -> Any:
    return sa.select(Support.id).where(Support.feedback_id.in_(ids))
