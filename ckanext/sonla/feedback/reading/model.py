"""What reading keeps beside feedback; triggers of migration 004 write it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk

# The agency of the cells that count all agencies together.
EVERYBODY = ""


class FeedbackCount(tk.BaseModel):
    """How much feedback is in a state, by agency, kind and year of receipt.

    `visible` is what strangers may know of; `late` is what was closed after its due
    date. What has not been folded into it yet stands in `FeedbackDelta`.
    """

    __tablename__ = "sonla_feedback_count"

    handler_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    visible: Mapped[bool] = mapped_column(sa.Boolean, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    state: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    year: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    late: Mapped[bool] = mapped_column(sa.Boolean, primary_key=True)
    n: Mapped[int] = mapped_column(sa.BigInteger)


class FeedbackDelta(tk.BaseModel):
    """A change of the counts that waits for the tick."""

    __tablename__ = "sonla_feedback_delta"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    handler_id: Mapped[str] = mapped_column(sa.Text)
    visible: Mapped[bool] = mapped_column(sa.Boolean)
    kind: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text)
    year: Mapped[int] = mapped_column(sa.SmallInteger)
    late: Mapped[bool] = mapped_column(sa.Boolean)
    n: Mapped[int] = mapped_column(sa.Integer)


class FeedbackFound(tk.BaseModel):
    """The words that answered feedback is found by, and `/YYYYMM` of its receipt."""

    __tablename__ = "sonla_feedback_found"

    feedback_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    words: Mapped[str] = mapped_column(TSVECTOR)
