"""The ledger of runs, and the rows that could not be taken over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.model.types import make_uuid
from ckanext.sonla.shared import clock

from . import states

_MOMENT = sa.DateTime(timezone=True)


def _count() -> Mapped[int]:
    return mapped_column(sa.BigInteger, default=0, server_default="0")


class HarvestRun(tk.BaseModel):
    """One run of a source, with its ledger and, while it runs, how far it came.

    `began_with` is the checkpoint that the run started from: what the run before had
    read. `checkpoint` goes on behind the last page of this one. `stands_on` is the
    revision whose public table says what the source said at the run's end: only
    while that one is public may a later run read no more than what changed since.
    """

    __tablename__ = "sonla_harvest_run"
    __table_args__ = (
        sa.CheckConstraint(
            sa.column("state").in_(states.STATES), name="sonla_harvest_run_state"
        ),
        sa.CheckConstraint(
            "NOT compared OR read = loaded + unchanged + quarantined + filtered",
            name="sonla_harvest_run_adds_up",
        ),
        sa.Index("sonla_harvest_run_source", "source_id", "number"),
        sa.Index(
            "sonla_harvest_run_open",
            "source_id",
            unique=True,
            postgresql_where=sa.text("state <> 'ended'"),
        ),
        sa.Index("sonla_harvest_run_revision", "revision_id"),
    )

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    number: Mapped[int] = mapped_column(
        sa.BigInteger, sa.Identity(always=False), unique=True
    )
    source_id: Mapped[str] = mapped_column(sa.Text)
    agency_id: Mapped[str | None] = mapped_column(sa.Text)
    # ckanext-harvest's own rows of the run.
    job_id: Mapped[str | None] = mapped_column(sa.Text)
    object_id: Mapped[str | None] = mapped_column(sa.Text)
    # Who asked for it; None for the schedule.
    asked_by: Mapped[str | None] = mapped_column(sa.Text)
    cause: Mapped[str] = mapped_column(sa.Text, default=states.ASKED)
    # What it goes into.
    dataset_id: Mapped[str | None] = mapped_column(sa.Text)
    table_name: Mapped[str | None] = mapped_column(sa.Text)
    revision_id: Mapped[str | None] = mapped_column(sa.Text)
    # Under which standing approval it was published, if under one.
    approval_id: Mapped[str | None] = mapped_column(sa.Text)
    mode: Mapped[str] = mapped_column(sa.Text, default=states.FULL)
    config_digest: Mapped[str | None] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, default=states.WAITING)
    stage: Mapped[str | None] = mapped_column(sa.Text)
    outcome: Mapped[str | None] = mapped_column(sa.Text)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=sa.text("'[]'")
    )
    crashes: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    # The ledger.
    read: Mapped[int] = _count()
    loaded: Mapped[int] = _count()
    added: Mapped[int] = _count()
    updated: Mapped[int] = _count()
    deleted: Mapped[int] = _count()
    unchanged: Mapped[int] = _count()
    quarantined: Mapped[int] = _count()
    filtered: Mapped[int] = _count()
    pages: Mapped[int] = _count()
    bytes: Mapped[int] = _count()
    requests: Mapped[int] = _count()
    retries: Mapped[int] = _count()
    source_seconds: Mapped[float] = mapped_column(
        sa.Double, default=0.0, server_default="0"
    )
    # Whether its rows were compared with the public table, so that they add up.
    compared: Mapped[bool] = mapped_column(
        sa.Boolean, default=False, server_default=sa.false()
    )
    # Rows of the public table before, and after it is published.
    rows_before: Mapped[int | None] = mapped_column(sa.BigInteger)
    rows_after: Mapped[int | None] = mapped_column(sa.BigInteger)
    # Fields of the source that no column takes, and columns that no field fills.
    fields: Mapped[dict[str, Any]] = mapped_column(
        JSONB, default=dict, server_default=sa.text("'{}'")
    )
    # How far it came.
    began_with: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    checkpoint: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    spool: Mapped[dict[str, Any]] = mapped_column(
        JSONB, default=dict, server_default=sa.text("'{}'")
    )
    stands_on: Mapped[str | None] = mapped_column(sa.Text)
    queued: Mapped[datetime] = mapped_column(_MOMENT, default=clock.now)
    started: Mapped[datetime | None] = mapped_column(_MOMENT)
    ended: Mapped[datetime | None] = mapped_column(_MOMENT)

    @classmethod
    def get(cls, run_id: str) -> HarvestRun | None:
        """Return a run, as it is in the database now."""
        return model.Session.get(cls, run_id, populate_existing=True)

    @classmethod
    def open_of(cls, source_id: str) -> HarvestRun | None:
        """Return the run of a source that waits or runs."""
        return model.Session.scalars(
            sa.select(cls)
            .where(cls.source_id == source_id, cls.state != states.ENDED)
            .execution_options(populate_existing=True)
        ).one_or_none()

    @classmethod
    def last_of(cls, source_id: str) -> HarvestRun | None:
        """Return the run of a source that ended last."""
        return model.Session.scalars(
            sa.select(cls)
            .where(cls.source_id == source_id, cls.state == states.ENDED)
            .order_by(cls.number.desc())
            .limit(1)
        ).one_or_none()

    def adds_up(self) -> bool:
        """Tell whether every row that was read is accounted for, once."""
        told = self.loaded + self.unchanged + self.quarantined + self.filtered
        return self.read == told and self.loaded == self.added + self.updated


class QuarantinedRow(tk.BaseModel):
    """A row that breaks a rule: kept until a corrected one comes, or it is too old.

    `row` counts the rows of the run from 1. `findings` are those of the row, as the
    intake tells them: `{rule, column, message, params, value}`; `rule` and `message`
    are the first one's. `cells` is the row by the table's columns, as it came.
    """

    __tablename__ = "sonla_quarantine"
    __table_args__ = (
        sa.CheckConstraint(
            sa.column("state").in_(states.QUARANTINE), name="sonla_quarantine_state"
        ),
        sa.UniqueConstraint("run_id", "row", name="sonla_quarantine_row"),
        sa.Index("sonla_quarantine_source", "source_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.Identity(always=False), primary_key=True
    )
    run_id: Mapped[str] = mapped_column(
        sa.Text, sa.ForeignKey("sonla_harvest_run.id", ondelete="CASCADE")
    )
    source_id: Mapped[str] = mapped_column(sa.Text)
    page: Mapped[int] = mapped_column(sa.BigInteger)
    row: Mapped[int] = mapped_column(sa.BigInteger)
    rule: Mapped[str] = mapped_column(sa.Text)
    message: Mapped[str] = mapped_column(sa.Text)
    params: Mapped[dict[str, Any]] = mapped_column(
        JSONB, default=dict, server_default=sa.text("'{}'")
    )
    findings: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=sa.text("'[]'")
    )
    cells: Mapped[dict[str, Any]] = mapped_column(
        JSONB, default=dict, server_default=sa.text("'{}'")
    )
    state: Mapped[str] = mapped_column(sa.Text, default=states.OPEN_ROW)
    # The run that brought the row again, whole.
    resolved_by: Mapped[str | None] = mapped_column(sa.Text)
    resolved: Mapped[datetime | None] = mapped_column(_MOMENT)
