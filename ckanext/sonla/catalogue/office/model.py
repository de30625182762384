"""A task of the operating office, with its record."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan.model.types import make_uuid
from ckanext.sonla.shared import clock


class OfficeTask(tk.BaseModel):
    """Something that the clock or an edition puts on the operator's table."""

    __tablename__ = "sonla_task"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    kind: Mapped[str] = mapped_column(sa.Text)
    subject: Mapped[str] = mapped_column(sa.Text)
    title: Mapped[str] = mapped_column(sa.Text, default="")
    agency_id: Mapped[str | None] = mapped_column(sa.Text)
    opened: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )
    due: Mapped[date | None] = mapped_column(sa.Date)
    state: Mapped[str] = mapped_column(sa.Text, default="open")
    done: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    done_by: Mapped[str | None] = mapped_column(sa.Text)
    record: Mapped[str] = mapped_column(sa.Text, default="")
