"""An inspection, as it is on record."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan.model.types import make_uuid
from ckanext.sonla.shared import clock


class Inspection(tk.BaseModel):
    """What the operator found at an agency, and what the agency says to it."""

    __tablename__ = "sonla_inspection"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    agency_id: Mapped[str] = mapped_column(sa.Text)
    date: Mapped[dt.date] = mapped_column(sa.Date)
    findings: Mapped[str] = mapped_column(sa.Text)
    created: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )
    created_by: Mapped[str] = mapped_column(sa.Text)
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True))
    answered_by: Mapped[str | None] = mapped_column(sa.Text)
