"""Published datasets that don't conform to the edition in force any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import clock


class Nonconforming(tk.BaseModel):
    """A published dataset whose tables break a rule that was decided after them.

    `total` and `wrong` count rows; `reason` is why the amendment was accepted all the
    same; `tables` says what is broken where.
    """

    __tablename__ = "sonla_nonconforming"
    __table_args__ = (sa.Index("sonla_nonconforming_agency", "agency_id"),)

    dataset_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.Text)
    entry_code: Mapped[str] = mapped_column(sa.Text)
    edition_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("sonla_edition.id"))
    reason: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    total: Mapped[int] = mapped_column(sa.BigInteger)
    wrong: Mapped[int] = mapped_column(sa.BigInteger)
    tables: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    since: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )
    checked: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )
