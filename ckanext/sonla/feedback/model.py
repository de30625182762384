"""The tables: what came in, what was answered, who was asked, who was told.

Whether feedback is late is never stored: it follows from `due_at`, `closed` and the
clock. What makes up four eyes is checked by the database too (migration 001).
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan.model.types import make_uuid
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.columns import instant

from .vocabulary import OPEN


class Feedback(tk.BaseModel):
    """What a person or organisation sent in (article 9.1).

    `handler_id` is the agency that answers; `about_agency_id` the one that it was about
    when it came. `received`, `due`, `due_at` and `closed` are of the current `round`:
    reopening begins the second, and the first goes to `sonla_feedback_round`. They are
    null while an e-mail address waits to be confirmed. `public_subject` and
    `public_text` are what everybody reads, masked, written with the answer.
    """

    __tablename__ = "sonla_feedback"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    code: Mapped[str] = mapped_column(sa.Text)
    secret_hash: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.Text)
    subject: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    publish_text: Mapped[bool] = mapped_column(sa.Boolean)
    public_subject: Mapped[str | None] = mapped_column(sa.Text)
    public_text: Mapped[str | None] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.Text)
    # The sender's, until they are forgotten.
    name: Mapped[str | None] = mapped_column(sa.Text)
    email: Mapped[str | None] = mapped_column(sa.Text)
    email_confirmed: Mapped[datetime | None] = instant()
    forgotten: Mapped[datetime | None] = instant()
    # What it is about.
    dataset_id: Mapped[str | None] = mapped_column(sa.Text)
    resource_id: Mapped[str | None] = mapped_column(sa.Text)
    row_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    column_name: Mapped[str | None] = mapped_column(sa.Text)
    entry_code: Mapped[str | None] = mapped_column(sa.Text)
    about_agency_id: Mapped[str | None] = mapped_column(sa.Text)
    # Who answers, and how it stands.
    handler_id: Mapped[str] = mapped_column(sa.Text)
    assigned_to: Mapped[str | None] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text)
    moderation: Mapped[str] = mapped_column(sa.Text, default="clear")
    held_for: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    moderation_reason: Mapped[str | None] = mapped_column(sa.Text)
    subject_words: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    round: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    created: Mapped[datetime] = instant(default=clock.now)
    received: Mapped[datetime | None] = instant()
    due: Mapped[date | None] = mapped_column(sa.Date)
    due_at: Mapped[datetime | None] = instant()
    closed: Mapped[datetime | None] = instant()
    supports: Mapped[int] = mapped_column(sa.Integer, default=0)


class PastRound(tk.BaseModel):
    """A round that ended with an answer, before its feedback was reopened.

    `reopened_by` is the account that reopened it, null for the sender, who says why in
    `reopened_for`.
    """

    __tablename__ = "sonla_feedback_round"

    feedback_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    round: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    handler_id: Mapped[str] = mapped_column(sa.Text)
    received: Mapped[datetime] = instant()
    due: Mapped[date] = mapped_column(sa.Date)
    due_at: Mapped[datetime] = instant()
    closed: Mapped[datetime] = instant()
    outcome: Mapped[str] = mapped_column(sa.Text)
    reopened: Mapped[datetime] = instant(default=clock.now)
    reopened_by: Mapped[str | None] = mapped_column(sa.Text)
    reopened_for: Mapped[str | None] = mapped_column(sa.Text)


class Answer(tk.BaseModel):
    """What an officer proposes to answer, and what the leader decided on it.

    `writers` wrote in it, the submitter among them; who decides is none of them. A
    rejection has a `reason` of the policy's list. `revision_id` is the revision that
    mended what the feedback is about.
    """

    __tablename__ = "sonla_feedback_answer"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    feedback_id: Mapped[str] = mapped_column(sa.Text)
    round: Mapped[int] = mapped_column(sa.SmallInteger)
    kind: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    reason: Mapped[str | None] = mapped_column(sa.Text)
    revision_id: Mapped[str | None] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, default="submitted")
    agency_id: Mapped[str] = mapped_column(sa.Text)
    writers: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    submitted_by: Mapped[str] = mapped_column(sa.Text)
    submitted: Mapped[datetime] = instant(default=clock.now)
    decided_by: Mapped[str | None] = mapped_column(sa.Text)
    decided: Mapped[datetime | None] = instant()
    comment: Mapped[str | None] = mapped_column(sa.Text)


class Note(tk.BaseModel):
    """A word between those who handle feedback; it stays inside."""

    __tablename__ = "sonla_feedback_note"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    feedback_id: Mapped[str] = mapped_column(sa.Text)
    author: Mapped[str] = mapped_column(sa.Text)
    agency_id: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    created: Mapped[datetime] = instant(default=clock.now)


class Contribution(tk.BaseModel):
    """What another agency was asked, and what it said (article 9.2)."""

    __tablename__ = "sonla_feedback_contribution"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    feedback_id: Mapped[str] = mapped_column(sa.Text)
    agency_id: Mapped[str] = mapped_column(sa.Text)
    question: Mapped[str] = mapped_column(sa.Text)
    asked_by: Mapped[str] = mapped_column(sa.Text)
    asked: Mapped[datetime] = instant(default=clock.now)
    text: Mapped[str | None] = mapped_column(sa.Text)
    answered_by: Mapped[str | None] = mapped_column(sa.Text)
    answered: Mapped[datetime | None] = instant()


class Attachment(tk.BaseModel):
    """The one file of feedback, for those who handle it; `file` names its bytes."""

    __tablename__ = "sonla_feedback_attachment"

    feedback_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    file: Mapped[str] = mapped_column(sa.Text, unique=True)
    name: Mapped[str] = mapped_column(sa.Text)
    mimetype: Mapped[str] = mapped_column(sa.Text)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    scanned: Mapped[bool] = mapped_column(sa.Boolean)
    created: Mapped[datetime] = instant(default=clock.now)


class Support(tk.BaseModel):
    """Somebody has the same wish. `supporter` is a salted hash, null once forgotten.

    Without a proof of work it is `counted` once its e-mail address is confirmed.
    """

    __tablename__ = "sonla_feedback_support"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    feedback_id: Mapped[str] = mapped_column(sa.Text)
    supporter: Mapped[str | None] = mapped_column(sa.Text)
    email: Mapped[str | None] = mapped_column(sa.Text)
    email_confirmed: Mapped[datetime | None] = instant()
    counted: Mapped[bool] = mapped_column(sa.Boolean, default=True)
    language: Mapped[str] = mapped_column(sa.Text)
    created: Mapped[datetime] = instant(default=clock.now)


class Reminder(tk.BaseModel):
    """A rung of the ladder that somebody was told of, once a round."""

    __tablename__ = "sonla_feedback_reminder"

    feedback_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    round: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    rung: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    told_at: Mapped[datetime] = instant()


def is_open() -> sa.ColumnElement[bool]:
    """Return the condition of what waits for an answer (indexes have the same)."""
    return Feedback.state.in_(OPEN)
