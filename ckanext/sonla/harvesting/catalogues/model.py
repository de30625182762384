"""What became of each remote dataset in each run of a source."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model

from . import states


class HarvestedDataset(tk.BaseModel):
    """A remote dataset in one run.

    `content` is what the remote portal says of it (`Remote.as_dict`), kept only until
    it was dealt with. `fingerprint` is of what is taken over; `files` tells of the
    files (`name`, `url`, `sha256`, `etag`, `modified`, `version`) by which the next run
    knows that they are the same. `stands_on` is the revision that says what the remote
    portal said.
    """

    __tablename__ = "sonla_harvest_dataset"
    __table_args__ = (
        sa.CheckConstraint(
            sa.column("state").in_(states.STATES), name="sonla_harvest_dataset_state"
        ),
        sa.UniqueConstraint("run_id", "guid", name="sonla_harvest_dataset_guid"),
        sa.Index("sonla_harvest_dataset_source", "source_id", "guid", "id"),
        sa.Index("sonla_harvest_dataset_revision", "revision_id"),
    )

    id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.Identity(always=False), primary_key=True
    )
    run_id: Mapped[str] = mapped_column(
        sa.Text, sa.ForeignKey("sonla_harvest_run.id", ondelete="CASCADE")
    )
    source_id: Mapped[str] = mapped_column(sa.Text)
    guid: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text)
    title: Mapped[str] = mapped_column(sa.Text)
    # ckanext-harvest's own row; None for what is not worked on.
    object_id: Mapped[str | None] = mapped_column(sa.Text)
    entry: Mapped[str | None] = mapped_column(sa.Text)
    dataset_id: Mapped[str | None] = mapped_column(sa.Text)
    revision_id: Mapped[str | None] = mapped_column(sa.Text)
    stands_on: Mapped[str | None] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, default=states.WAITING)
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    fingerprint: Mapped[str | None] = mapped_column(sa.Text)
    files: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=sa.text("'[]'")
    )
    # Names of files that are none of the entry's formats.
    left_files: Mapped[list[str]] = mapped_column(
        JSONB, default=list, server_default=sa.text("'[]'")
    )

    @classmethod
    def get(cls, item_id: int) -> HarvestedDataset:
        """Return a row, as it is in the database now.

        Raises:
            LookupError: there is none.
        """
        # Reading it again would lose what was changed and is not written yet.
        model.Session.flush()
        found = model.Session.get(cls, item_id, populate_existing=True)
        if found is None:
            raise LookupError(item_id)
        return found

    @classmethod
    def of_run(cls, run_id: str, *among: str) -> list[HarvestedDataset]:
        """Return the rows of a run, of some states or all, in their order."""
        query = sa.select(cls).where(cls.run_id == run_id).order_by(cls.id)
        if among:
            query = query.where(cls.state.in_(among))
        return list(model.Session.scalars(query))

    @classmethod
    def taken_before(cls, source_id: str, guid: str) -> HarvestedDataset | None:
        """Return the newest row of a remote dataset that was taken over."""
        return model.Session.scalars(
            sa.select(cls)
            .where(
                cls.source_id == source_id,
                cls.guid == guid,
                cls.state.in_(states.TAKEN),
            )
            .order_by(cls.id.desc())
            .limit(1)
        ).first()

    @classmethod
    def of_revision(cls, source_id: str, revision_id: str) -> HarvestedDataset | None:
        """Return the newest row of a source that went into a revision."""
        return model.Session.scalars(
            sa.select(cls)
            .where(cls.source_id == source_id, cls.revision_id == revision_id)
            .order_by(cls.id.desc())
            .limit(1)
        ).first()
