"""The catalogue's tables: editions, their entries, who provides them, imports.

Agencies and domains are kept by id, because a decision may rename them; answers
name them. An edition's entries are its whole content: an amending edition carries
the unchanged ones too, so one edition answers for its time alone.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

import ckan.plugins.toolkit as tk
from ckan.model.types import make_uuid
from ckanext.sonla.shared import clock

DECIDED = ("approved", "in_force", "superseded")
OPEN = ("draft", "rejected")


class Edition(tk.BaseModel):
    """A state of the catalogue, in force by a numbered decision (article 7.1)."""

    __tablename__ = "sonla_edition"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    kind: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, default="draft")
    base_id: Mapped[str | None] = mapped_column(
        sa.Text, sa.ForeignKey("sonla_edition.id")
    )
    compared_id: Mapped[str | None] = mapped_column(
        sa.Text, sa.ForeignKey("sonla_edition.id")
    )
    note: Mapped[str] = mapped_column(sa.Text, default="")
    decision_number: Mapped[str | None] = mapped_column(sa.Text)
    decision_date: Mapped[date | None] = mapped_column(sa.Date)
    document: Mapped[str | None] = mapped_column(sa.Text)
    effective_date: Mapped[date | None] = mapped_column(sa.Date)
    effective_until: Mapped[date | None] = mapped_column(sa.Date)
    created: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )
    editors: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    submitted: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    submitted_by: Mapped[str | None] = mapped_column(sa.Text)
    decided: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(sa.Text)
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    changed: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )

    def touch(self, user_id: str | None) -> None:
        """Note who worked on the edition, for four eyes, and when."""
        self.changed = clock.now()
        if user_id and user_id not in self.editors:
            self.editors = [*self.editors, user_id]


class EditionScan(tk.BaseModel):
    """The scan of the decision on an edition, as it was handed in."""

    __tablename__ = "sonla_edition_scan"

    edition_id: Mapped[str] = mapped_column(
        sa.Text, sa.ForeignKey("sonla_edition.id"), primary_key=True
    )
    filename: Mapped[str] = mapped_column(sa.Text)
    mimetype: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.Text)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Entry(tk.BaseModel):
    """One line of an edition."""

    __tablename__ = "sonla_entry"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    edition_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("sonla_edition.id"))
    code: Mapped[str] = mapped_column(sa.Text)
    position: Mapped[int] = mapped_column(sa.Integer)
    title: Mapped[str] = mapped_column(sa.Text)
    title_en: Mapped[str] = mapped_column(sa.Text, default="")
    description: Mapped[str] = mapped_column(sa.Text, default="")
    lead_agency_id: Mapped[str] = mapped_column(sa.Text)
    provider_kind: Mapped[str] = mapped_column(sa.Text)
    provider_class: Mapped[str | None] = mapped_column(sa.Text)
    domain_id: Mapped[str] = mapped_column(sa.Text)
    content_kind: Mapped[str] = mapped_column(sa.Text)
    tables: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    update_cycle: Mapped[str] = mapped_column(sa.Text)
    formats: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    sharing: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    priority: Mapped[int] = mapped_column(sa.Integer, default=2)
    publish_by: Mapped[date | None] = mapped_column(sa.Date)
    coordinating: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    source: Mapped[str] = mapped_column(sa.Text, default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    licence: Mapped[str] = mapped_column(sa.Text, default="")
    retired: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    change: Mapped[str] = mapped_column(sa.Text, default="added")
    searched: Mapped[str] = mapped_column(sa.Text, default="")

    edition: Mapped[Edition] = relationship(lazy="joined", innerjoin=True)
    providers: Mapped[list[EntryProvider]] = relationship(
        cascade="all, delete-orphan",
        lazy="selectin",
        order_by="EntryProvider.agency_id",
        passive_deletes=True,
    )

    def table(self, name: str) -> dict[str, Any] | None:
        """Return the entry's table of that name: `{name, title, schema}`."""
        return next((one for one in self.tables if one["name"] == name), None)


class EntryProvider(tk.BaseModel):
    """An agency that owes an entry's data, where the entry names it by itself."""

    __tablename__ = "sonla_entry_provider"

    entry_id: Mapped[str] = mapped_column(
        sa.Text, sa.ForeignKey("sonla_entry.id"), primary_key=True
    )
    agency_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)


class CatalogueImport(tk.BaseModel):
    """What a file would bring into an edition, read but not stored there yet.

    `entries` are `{row, change, data, stamp, status}`; `edition_changed` is when the
    edition was last changed before the preview; `complete` says that the file is the
    whole catalogue, so that `retired` go with it; `understood` tells of the headers.
    """

    __tablename__ = "sonla_catalogue_import"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    edition_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey("sonla_edition.id"))
    filename: Mapped[str] = mapped_column(sa.Text)
    created: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )
    created_by: Mapped[str] = mapped_column(sa.Text)
    entries: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    confirmed: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    complete: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    edition_changed: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    retired: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list)
    understood: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
