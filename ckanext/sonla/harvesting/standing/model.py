"""The tables of standing approvals; what they refuse stands in migration `003`."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model


class HarvestEditor(tk.BaseModel):
    """Who has made or edited a source, and so never approves it."""

    __tablename__ = "sonla_harvest_editor"

    source_id: Mapped[str] = mapped_column(
        sa.Text, sa.ForeignKey("package.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    since: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))


class HarvestApproval(tk.BaseModel):
    """A leader's approval of a source as it was then.

    `terms` is the canonical form that `digest` names. It is a text: JSON of a source
    may hold what PostgreSQL's own JSON refuses.
    """

    __tablename__ = "sonla_harvest_approval"
    __table_args__ = (
        sa.CheckConstraint(
            "cardinality(editors) > 0 AND NOT given_by = ANY (editors)",
            name="sonla_harvest_approval_four_eyes",
        ),
        sa.CheckConstraint(
            "(voided IS NULL) = (void_reason IS NULL)",
            name="sonla_harvest_approval_voided",
        ),
        sa.Index(
            "sonla_harvest_approval_stands",
            "source_id",
            unique=True,
            postgresql_where=sa.text("voided IS NULL"),
        ),
        sa.Index("sonla_harvest_approval_source", "source_id", "given"),
    )

    id: Mapped[str] = mapped_column(
        sa.Text, primary_key=True, default=lambda: str(uuid.uuid4())
    )
    source_id: Mapped[str] = mapped_column(sa.Text)
    agency_id: Mapped[str] = mapped_column(sa.Text)
    given_by: Mapped[str] = mapped_column(sa.Text)
    given: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    digest: Mapped[str] = mapped_column(sa.Text)
    terms: Mapped[str] = mapped_column(sa.Text)
    editors: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    comment: Mapped[str | None] = mapped_column(sa.Text)
    voided: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    voided_by: Mapped[str | None] = mapped_column(sa.Text)
    void_reason: Mapped[str | None] = mapped_column(sa.Text)

    def content(self) -> dict[str, Any]:
        """Return what was approved."""
        return json.loads(self.terms)


def alone(source_id: str) -> None:
    """Wait for whoever edits or approves a source, up to the caller's commit.

    What is read afterwards is what they left.
    """
    model.Session.execute(sa.select(sa.func.sonla_harvest_alone(source_id)))
    model.Session.expire_all()


def editors_of(source_id: str) -> list[str]:
    """Return the ids of the accounts that have made or edited a source."""
    return list(
        model.Session.scalars(
            sa.select(HarvestEditor.user_id)
            .where(HarvestEditor.source_id == source_id)
            .order_by(HarvestEditor.user_id)
        )
    )


def standing_of(source_id: str) -> HarvestApproval | None:
    """Return the approval of a source that nobody has voided yet."""
    return model.Session.scalars(
        sa.select(HarvestApproval).where(
            HarvestApproval.source_id == source_id, HarvestApproval.voided.is_(None)
        )
    ).one_or_none()


def last_of(source_id: str) -> HarvestApproval | None:
    """Return the newest approval of a source, voided or not."""
    return model.Session.scalars(
        sa.select(HarvestApproval)
        .where(HarvestApproval.source_id == source_id)
        .order_by(HarvestApproval.given.desc())
        .limit(1)
    ).one_or_none()
