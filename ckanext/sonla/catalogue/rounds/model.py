"""A round of review, and what each agency answers in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan.model.types import make_uuid
from ckanext.sonla.shared import clock


class ReviewRound(tk.BaseModel):
    """The operator asks every agency about the catalogue until a day."""

    __tablename__ = "sonla_review_round"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    due: Mapped[date] = mapped_column(sa.Date)
    state: Mapped[str] = mapped_column(sa.Text, default="open")
    base_id: Mapped[str | None] = mapped_column(
        sa.Text, sa.ForeignKey("sonla_edition.id")
    )
    opened: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )
    opened_by: Mapped[str] = mapped_column(sa.Text)
    closed: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    closed_by: Mapped[str | None] = mapped_column(sa.Text)


class ReviewAnswer(tk.BaseModel):
    """What one agency says about its part; it is there, waiting, from the start."""

    __tablename__ = "sonla_review_answer"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    round_id: Mapped[str] = mapped_column(
        sa.Text, sa.ForeignKey("sonla_review_round.id")
    )
    agency_id: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, default="waiting")
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    editors: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    answered: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    answered_by: Mapped[str | None] = mapped_column(sa.Text)
    decided: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(sa.Text)
    reminded: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    reminders: Mapped[int] = mapped_column(sa.Integer, default=0)
    collected: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    collected_by: Mapped[str | None] = mapped_column(sa.Text)
    edition_id: Mapped[str | None] = mapped_column(
        sa.Text, sa.ForeignKey("sonla_edition.id")
    )
