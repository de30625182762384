"""The tables: what is owed, what came, what was frozen, who was told.

A status is never stored: it follows from these and the clock (`statuses`). Only a
frozen period keeps one, as it stood then.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared.columns import instant

if TYPE_CHECKING:
    from collections.abc import Iterator

PERIODIC, PUBLISH_BY, CHANGE = "periodic", "publish_by", "change"
# Any constant will do, as long as nothing else in the database locks it.
LOCK = 7820054
KINDS = (PERIODIC, PUBLISH_BY, CHANGE)


class Obligation(tk.BaseModel):
    """What an agency owes for an entry and a period, with its due date.

    `period` is the data's own; for `publish_by` the date that the catalogue names, for
    `change` the declared date and the dataset. `start` is the day from which its days
    are counted, `opens` the first day on which it is due. `entry_title` and `domain_id`
    are those of the edition that it was made by.
    """

    __tablename__ = "sonla_obligation"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    entry_code: Mapped[str] = mapped_column(sa.Text)
    agency_id: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.Text)
    period: Mapped[str] = mapped_column(sa.Text)
    cycle: Mapped[str | None] = mapped_column(sa.Text)
    period_first: Mapped[date | None] = mapped_column(sa.Date)
    entry_title: Mapped[str] = mapped_column(sa.Text)
    domain_id: Mapped[str | None] = mapped_column(sa.Text)
    start: Mapped[date] = mapped_column(sa.Date)
    opens: Mapped[date] = mapped_column(sa.Date)
    opens_at: Mapped[datetime] = instant()
    target: Mapped[date] = mapped_column(sa.Date)
    due: Mapped[date] = mapped_column(sa.Date)
    due_at: Mapped[datetime] = instant()
    made: Mapped[datetime] = instant()
    # Of a declared change: the dataset, and since when a revision of it answers.
    dataset_id: Mapped[str | None] = mapped_column(sa.Text)
    answered_after: Mapped[datetime | None] = instant()
    # The leader's approval, and the revision that she approved.
    met_at: Mapped[datetime | None] = instant()
    met_by: Mapped[str | None] = mapped_column(sa.Text)
    # Since when a revision that would meet it waits for the leader, or waited.
    submitted_at: Mapped[datetime | None] = instant()
    officer_seconds: Mapped[int | None] = mapped_column(sa.BigInteger)
    leader_seconds: Mapped[int | None] = mapped_column(sa.BigInteger)
    excused_at: Mapped[datetime | None] = instant()
    excused_by: Mapped[str | None] = mapped_column(sa.Text)
    excused_reason: Mapped[str | None] = mapped_column(sa.Text)
    closed_at: Mapped[datetime | None] = instant()
    closed_reason: Mapped[str | None] = mapped_column(sa.Text)


class Delivery(tk.BaseModel):
    """How a revision stands that may meet an obligation, as the log was followed.

    `approved_at` is null until the leader has approved it; `turns` are the times that
    it was with the leader, `[from, to]` in seconds since 1970; `to` is null meanwhile.
    """

    __tablename__ = "sonla_obligation_delivery"

    revision: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    dataset_id: Mapped[str] = mapped_column(sa.Text)
    entry_code: Mapped[str | None] = mapped_column(sa.Text)
    agency_id: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.Text)
    period: Mapped[str | None] = mapped_column(sa.Text)
    submitted_at: Mapped[datetime | None] = instant()
    approved_at: Mapped[datetime | None] = instant()
    published: Mapped[bool] = mapped_column(sa.Boolean)
    turns: Mapped[list[list[float | None]]] = mapped_column(JSONB, default=list)


class Progress(tk.BaseModel):
    """How far a task has come, written with what it did."""

    __tablename__ = "sonla_obligation_progress"

    name: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    value: Mapped[str] = mapped_column(sa.Text)


class FrozenQuarter(tk.BaseModel):
    """A quarter whose due dates are over, and as of when it was frozen."""

    __tablename__ = "sonla_obligation_quarter"

    quarter: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    as_of: Mapped[datetime] = instant()
    frozen_at: Mapped[datetime] = instant()


class FrozenObligation(tk.BaseModel):
    """An obligation as it stood when its quarter was frozen; names as they were."""

    __tablename__ = "sonla_obligation_frozen"

    obligation_id: Mapped[str] = mapped_column(
        sa.Text, sa.ForeignKey("sonla_obligation.id"), primary_key=True
    )
    quarter: Mapped[str] = mapped_column(
        sa.Text, sa.ForeignKey("sonla_obligation_quarter.quarter")
    )
    entry_code: Mapped[str] = mapped_column(sa.Text)
    entry_title: Mapped[str] = mapped_column(sa.Text)
    agency_id: Mapped[str] = mapped_column(sa.Text)
    agency_name: Mapped[str] = mapped_column(sa.Text)
    agency_title: Mapped[str] = mapped_column(sa.Text)
    domain_id: Mapped[str | None] = mapped_column(sa.Text)
    domain_title: Mapped[str | None] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.Text)
    period: Mapped[str] = mapped_column(sa.Text)
    due: Mapped[date] = mapped_column(sa.Date)
    status: Mapped[str] = mapped_column(sa.Text)
    met_at: Mapped[datetime | None] = instant()
    officer_seconds: Mapped[int | None] = mapped_column(sa.BigInteger)
    leader_seconds: Mapped[int | None] = mapped_column(sa.BigInteger)


class FrozenSummary(tk.BaseModel):
    """How many obligations of an agency, a domain or an entry stood how."""

    __tablename__ = "sonla_obligation_summary"

    quarter: Mapped[str] = mapped_column(
        sa.Text, sa.ForeignKey("sonla_obligation_quarter.quarter"), primary_key=True
    )
    of: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    object_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    title: Mapped[str] = mapped_column(sa.Text)
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)


class Reminder(tk.BaseModel):
    """A rung of the ladder that somebody was told of, or that a later one passed by."""

    __tablename__ = "sonla_obligation_reminder"

    obligation_id: Mapped[str] = mapped_column(
        sa.Text,
        sa.ForeignKey("sonla_obligation.id", ondelete="CASCADE"),
        primary_key=True,
    )
    rung: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    told_at: Mapped[datetime] = instant()


def is_open() -> sa.ColumnElement[bool]:
    """Return the condition that holds for what is still owed (it has an index)."""
    return sa.and_(
        Obligation.met_at.is_(None),
        Obligation.excused_at.is_(None),
        Obligation.closed_at.is_(None),
    )


def alone(*, wait: bool = True) -> bool:
    """Keep other writers of many obligations out until this transaction ends.

    They would update the same rows in another order, and stop each other.

    Args:
        wait: for the one that is at it; otherwise tell that somebody is.
    """
    lock = sa.func.pg_advisory_xact_lock if wait else sa.func.pg_try_advisory_xact_lock
    return model.Session.scalar(sa.select(lock(LOCK))) is not False


@contextmanager
def in_bulk() -> Iterator[None]:
    """Plan what is done meanwhile for many rows, whatever statistics say.

    They know nothing of what this transaction has just written, and may say of a table
    that was emptied and filled again that it is empty. By them PostgreSQL joins by
    nested loops that read thousands of rows thousands of times.
    """
    # A loop that can't be avoided is reckoned so dear that compiling it seems to pay.
    model.Session.execute(
        sa.text("SET LOCAL enable_nestloop = off; SET LOCAL jit = off")
    )
    yield
    # After an error nothing is to be set back: the transaction is over.
    model.Session.execute(
        sa.text("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL jit TO DEFAULT")
    )


def progress(name: str) -> Progress:
    """Return how far a task has come, under a lock: one at a time goes on."""
    query = sa.select(Progress).where(Progress.name == name).with_for_update()
    found = model.Session.scalars(
        query.execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        # Two at once: the second waits here, and finds the first one's row.
        model.Session.execute(
            sa.text(
                "INSERT INTO sonla_obligation_progress VALUES (:name, '')"
                " ON CONFLICT DO NOTHING"
            ),
            {"name": name},
        )
        found = model.Session.scalars(query).one()
    return found
