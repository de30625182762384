"""Revisions of datasets, what they are made of, and what was said about them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock

from . import states


def _id() -> str:
    return str(uuid.uuid4())


class Revision(tk.BaseModel):
    """A proposed whole state of a dataset (article 8.3).

    `package_id` is the package that the officer edits: the dataset itself before its
    first publication, a private working package afterwards. What an agency only
    declares (no change, a retirement) is drafted nowhere: it names the dataset.
    `content` is what the digest covers, frozen when the revision is submitted.
    """

    __tablename__ = "sonla_revision"
    __table_args__ = (
        sa.CheckConstraint(
            "state NOT IN ('scheduled', 'publishing', 'published', 'superseded')"
            " OR (decided_by IS NOT NULL AND submitted_by IS NOT NULL"
            " AND digest IS NOT NULL AND decided_by <> submitted_by"
            " AND NOT decided_by = ANY (editors))",
            name="sonla_revision_four_eyes",
        ),
        sa.Index(
            "sonla_revision_one_open",
            "dataset_id",
            unique=True,
            postgresql_where=sa.text(
                "state IN ('draft', 'submitted', 'returned', 'scheduled', 'publishing')"
            ),
        ),
        sa.Index(
            "sonla_revision_one_published",
            "dataset_id",
            unique=True,
            postgresql_where=sa.text("state = 'published'"),
        ),
        sa.Index("sonla_revision_package", "package_id"),
        sa.Index("sonla_revision_agency_state", "agency_id", "state"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=_id)
    dataset_id: Mapped[str]
    package_id: Mapped[str]
    agency_id: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default=states.DRAFT)
    digest: Mapped[str | None]
    digest_version: Mapped[int | None]
    data_period: Mapped[str | None]
    publish_at: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True))
    opened_by: Mapped[str | None]
    opened: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )
    editors: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    submitted_by: Mapped[str | None]
    submitted: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True))
    decided_by: Mapped[str | None]
    decided: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True))
    # Whom a delegate stood in for, and by which delegation.
    decided_on_behalf_of: Mapped[str | None]
    delegation_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("sonla_delegation.id")
    )
    published: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True))
    comment: Mapped[str | None]
    note: Mapped[str | None]
    public_note: Mapped[str | None]
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(default=1)

    def is_open(self) -> bool:
        """Tell whether the revision still awaits its end."""
        return self.state in states.OPEN

    def is_first(self) -> bool:
        """Tell whether the officer edits the dataset itself: never published yet."""
        return self.kind == states.PUBLICATION

    def is_declared(self) -> bool:
        """Tell whether it says something of the published state, without a draft."""
        return self.kind in states.DECLARED


class RevisionResource(tk.BaseModel):
    """Which public resource a resource of a working package stands for.

    While `inherited_table` names a DataStore table, the working resource has none of
    its own and reads that one; the first write copies it and clears the name.
    `inherited_sha256` is the file that the table was made from: a new file ends the
    inheritance too. `mode`, `period` and `note` say how its rows change the public
    table; `part_sha256` and `part_name` are of the file that held only some rows.
    """

    __tablename__ = "sonla_revision_resource"
    __table_args__ = (sa.Index("sonla_revision_resource_working", "working_id"),)

    revision_id: Mapped[str] = mapped_column(
        sa.ForeignKey("sonla_revision.id", ondelete="CASCADE"), primary_key=True
    )
    working_id: Mapped[str] = mapped_column(primary_key=True)
    public_id: Mapped[str]
    inherited_table: Mapped[str | None]
    inherited_sha256: Mapped[str | None]
    # Which the update publishes the table under; None keeps those that it has.
    aliases: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    mode: Mapped[str] = mapped_column(default="replace", server_default="replace")
    period: Mapped[str | None]
    note: Mapped[str | None]
    part_sha256: Mapped[str | None]
    part_name: Mapped[str | None]


class RevisionComment(tk.BaseModel):
    """Something said about a revision: a remark, or the directions of a return."""

    __tablename__ = "sonla_revision_comment"
    __table_args__ = (sa.Index("sonla_revision_comment_revision", "revision_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=_id)
    revision_id: Mapped[str] = mapped_column(
        sa.ForeignKey("sonla_revision.id", ondelete="CASCADE")
    )
    author: Mapped[str]
    said: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )
    text: Mapped[str]
    points: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    # The comment or the point that this answers.
    reply_to: Mapped[str | None]


def locked(revision_id: str) -> Revision | None:
    """Return a revision under a row lock, as it is now: one decision at a time."""
    return model.Session.scalars(
        sa.select(Revision)
        .where(Revision.id == revision_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def open_of(dataset_id: str) -> Revision | None:
    """Return the open revision of a dataset."""
    return model.Session.scalars(
        sa.select(Revision).where(
            Revision.dataset_id == dataset_id, Revision.state.in_(states.OPEN)
        )
    ).one_or_none()


def published_of(dataset_id: str) -> Revision | None:
    """Return the revision of a dataset that the public sees."""
    return model.Session.scalars(
        sa.select(Revision).where(
            Revision.dataset_id == dataset_id, Revision.state == states.PUBLISHED
        )
    ).one_or_none()


def latest_on(package_id: str) -> Revision | None:
    """Return the newest revision drafted in a package: the one that edits belong to."""
    return model.Session.scalars(
        sa.select(Revision)
        .where(Revision.package_id == package_id)
        .order_by(Revision.opened.desc())
        .limit(1)
    ).one_or_none()
