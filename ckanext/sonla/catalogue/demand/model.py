"""How often something was asked for, by month."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk

DOWNLOAD, EMPTY_SEARCH = "download", "empty_search"


class DemandCount(tk.BaseModel):
    """A count of a month: of nobody in particular."""

    __tablename__ = "sonla_demand"

    kind: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    subject: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    month: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    count: Mapped[int] = mapped_column(sa.BigInteger)
