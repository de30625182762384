"""The table of kept secrets: sealed, beside the sources that they belong to."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk


class HarvestSecret(tk.BaseModel):
    """A source's secret, encrypted with a key that is not in the database.

    `bound_to` says where it may be sent and as what: a source that asks elsewhere needs
    it entered again, so that nobody learns it by pointing the source at a server of
    their own.
    """

    __tablename__ = "sonla_harvest_secret"

    source_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    name: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    sealed: Mapped[str] = mapped_column(sa.Text)
    bound_to: Mapped[str] = mapped_column(sa.Text)
    made: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
