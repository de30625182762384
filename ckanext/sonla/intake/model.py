"""Loads: what became of each uploaded file."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import checks, clock

from . import states


class Load(tk.BaseModel):
    """The load of a resource's file into its DataStore table, one a resource.

    `cause` is a digest of what makes a load necessary: the file and what it is read
    by. `sha256` and `rules` are those that were loaded last, so that the same bytes
    under the same rules aren't loaded twice. `attempt` grows when the load waits
    again; a job that began before writes nothing any more.
    """

    __tablename__ = "sonla_load"
    __table_args__ = (
        sa.CheckConstraint(
            sa.column("state").in_(states.STATES), name="sonla_load_state"
        ),
        sa.Index("sonla_load_package", "package_id"),
        sa.Index(
            "sonla_load_open",
            "state",
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        ),
    )

    resource_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    package_id: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, default=states.WAITING)
    cause: Mapped[str] = mapped_column(sa.Text)
    attempt: Mapped[int] = mapped_column(default=1)
    crashes: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str | None] = mapped_column(sa.Text)
    rules: Mapped[str | None] = mapped_column(sa.Text)
    table_name: Mapped[str | None] = mapped_column(sa.Text)
    rows: Mapped[int | None] = mapped_column(sa.BigInteger)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    finding_count: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    message: Mapped[str | None] = mapped_column(sa.Text)
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    # How the rows changed the public table, of a draft that updates one.
    mode: Mapped[str | None] = mapped_column(sa.Text)
    period: Mapped[str | None] = mapped_column(sa.Text)
    added: Mapped[int | None] = mapped_column(sa.BigInteger)
    changed: Mapped[int | None] = mapped_column(sa.BigInteger)
    removed: Mapped[int | None] = mapped_column(sa.BigInteger)
    # How far it has come, while it runs.
    stage: Mapped[str | None] = mapped_column(sa.Text)
    total: Mapped[int | None] = mapped_column(sa.BigInteger)
    # How the file was read: sheet, header, columns, first rows; `reading.told`.
    reading: Mapped[dict[str, Any]] = mapped_column(
        JSONB, default=dict, server_default=sa.text("'{}'")
    )
    queued: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )
    started: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    finished: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))

    @classmethod
    def of(cls, resource_id: str) -> Load | None:
        """Return the load of a resource."""
        return model.Session.get(cls, resource_id, populate_existing=True)

    @classmethod
    def of_package(cls, package_id: str) -> list[Load]:
        """Return the loads of a package's resources, the first queued first."""
        return list(
            model.Session.scalars(
                sa.select(cls)
                .where(cls.package_id == package_id)
                .order_by(cls.queued, cls.resource_id)
                .execution_options(populate_existing=True)
            )
        )

    def wait_again(self, cause: str | None = None) -> None:
        """Put the load back into the queue, for a new cause or the same one."""
        self.state = states.WAITING
        self.attempt += 1
        self.crashes = 0
        self.queued = clock.now()
        self.started = self.finished = None
        if cause is not None:
            self.cause = cause

    def _progress(self) -> dict[str, Any] | None:
        if self.state == states.RUNNING:
            return {"stage": self.stage, "rows": self.rows or 0, "total": self.total}
        waits = {"stage": states.WAITING, "rows": 0, "total": None}
        return waits if self.state == states.WAITING else None

    def _changes(self) -> dict[str, Any] | None:
        if self.mode is None or self.state != states.DONE:
            return None
        names = ("mode", "period", "added", "changed", "removed")
        return {name: getattr(self, name) for name in names}

    def as_dict(self) -> dict[str, Any]:
        """Return what the actions answer, sentences in the caller's language."""
        message = None
        if self.message:
            message = tk._(self.message).format(**self.params)
        return {
            "resource_id": self.resource_id,
            "package_id": self.package_id,
            "state": self.state,
            "table": self.table_name,
            "sha256": self.sha256,
            "rows": self.rows,
            "message": message,
            "progress": self._progress(),
            "changes": self._changes(),
            "finding_count": self.finding_count,
            "findings": [
                {**finding, "sentence": checks.sentence(finding)}
                for finding in self.findings
            ],
            "queued": clock.iso_z(self.queued),
            "started": self.started and clock.iso_z(self.started),
            "finished": self.finished and clock.iso_z(self.finished),
        }


class IntakeChoice(tk.BaseModel):
    """What an officer chose of how a resource's file is read.

    Agency, entry and table say for which files of later periods it holds: a dataset is
    what one agency publishes for one entry.
    """

    __tablename__ = "sonla_intake_choice"
    __table_args__ = (
        sa.Index(
            "sonla_intake_choice_table", "agency_id", "entry", "table_name", "chosen"
        ),
    )

    resource_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    agency_id: Mapped[str | None] = mapped_column(sa.Text)
    entry: Mapped[str | None] = mapped_column(sa.Text)
    table_name: Mapped[str | None] = mapped_column(sa.Text)
    choice: Mapped[dict[str, Any]] = mapped_column(JSONB)
    chosen: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )


class RejectedFile(tk.BaseModel):
    """A file that became no table, kept with what was wrong with it.

    Agency and entry say whose dataset it was for: the draft may be gone by now.
    """

    __tablename__ = "sonla_rejected_file"
    __table_args__ = (
        sa.UniqueConstraint("resource_id", "sha256", name="sonla_rejected_file_once"),
        sa.Index("sonla_rejected_file_dataset", "agency_id", "entry", "rejected"),
    )

    id: Mapped[str] = mapped_column(
        sa.Text, primary_key=True, default=lambda: str(uuid.uuid4())
    )
    resource_id: Mapped[str] = mapped_column(sa.Text)
    package_id: Mapped[str] = mapped_column(sa.Text)
    agency_id: Mapped[str | None] = mapped_column(sa.Text)
    entry: Mapped[str | None] = mapped_column(sa.Text)
    table_name: Mapped[str | None] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.Text)
    choice: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    finding_count: Mapped[int] = mapped_column(sa.BigInteger)
    rejected: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )

    def as_dict(self) -> dict[str, Any]:
        """Return what the actions answer, sentences in the caller's language."""
        return {
            "id": self.id,
            "resource_id": self.resource_id,
            "package_id": self.package_id,
            "table": self.table_name,
            "name": self.name,
            "sha256": self.sha256,
            "finding_count": self.finding_count,
            "findings": [
                {**finding, "sentence": checks.sentence(finding)}
                for finding in self.findings
            ],
            "rejected": clock.iso_z(self.rejected),
        }
