"""A request: an agency has data that no entry of the catalogue names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan.model.types import make_uuid
from ckanext.sonla.shared import clock


class EntryRequest(tk.BaseModel):
    """What an agency asks to be put into the catalogue, and what became of it."""

    __tablename__ = "sonla_entry_request"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    agency_id: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, default="draft")
    title: Mapped[str] = mapped_column(sa.Text)
    reason: Mapped[str] = mapped_column(sa.Text)
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    created: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )
    created_by: Mapped[str] = mapped_column(sa.Text)
    submitted: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    submitted_by: Mapped[str | None] = mapped_column(sa.Text)
    decided: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(sa.Text)
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    edition_id: Mapped[str | None] = mapped_column(
        sa.Text, sa.ForeignKey("sonla_edition.id")
    )
    entry_code: Mapped[str | None] = mapped_column(sa.Text)
