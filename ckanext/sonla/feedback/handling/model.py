"""The tables of handling: saved answers, frozen quarters, how far tasks have come."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan.model.types import make_uuid
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.columns import instant


class SavedAnswer(tk.BaseModel):
    """A text that an agency answers with again and again."""

    __tablename__ = "sonla_feedback_saved_answer"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    agency_id: Mapped[str] = mapped_column(sa.Text)
    title: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    created_by: Mapped[str] = mapped_column(sa.Text)
    created: Mapped[datetime] = instant(default=clock.now)


class Progress(tk.BaseModel):
    """How far a task has come, written with what it did."""

    __tablename__ = "sonla_feedback_progress"

    name: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    value: Mapped[str] = mapped_column(sa.Text)


class FrozenQuarter(tk.BaseModel):
    """A quarter that is over, and as of when it was frozen."""

    __tablename__ = "sonla_feedback_quarter"

    quarter: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    as_of: Mapped[datetime] = instant()
    frozen_at: Mapped[datetime] = instant()


class FrozenSummary(tk.BaseModel):
    """How an agency stood when a quarter was frozen, each round counted.

    `received` came in the quarter. `due` fell due in it: of these `on_time` and `late`
    were answered, `open` were not; `rejected` of the answers were refusals.
    """

    __tablename__ = "sonla_feedback_summary"

    quarter: Mapped[str] = mapped_column(
        sa.Text, sa.ForeignKey("sonla_feedback_quarter.quarter"), primary_key=True
    )
    agency_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    agency_name: Mapped[str] = mapped_column(sa.Text)
    agency_title: Mapped[str] = mapped_column(sa.Text)
    received: Mapped[int] = mapped_column(sa.Integer)
    due: Mapped[int] = mapped_column(sa.Integer)
    on_time: Mapped[int] = mapped_column(sa.Integer)
    late: Mapped[int] = mapped_column(sa.Integer)
    open: Mapped[int] = mapped_column(sa.Integer)
    rejected: Mapped[int] = mapped_column(sa.Integer)
