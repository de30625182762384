"""What was done to what is published: take-downs, erasures, moves by an edition."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import clock


def _id() -> str:
    return str(uuid.uuid4())


class TakeDown(tk.BaseModel):
    """A published dataset that the operator took from the public's sight, and why.

    It stands until `restored`. In between the agency answers: what it will do.
    """

    __tablename__ = "sonla_take_down"
    __table_args__ = (
        sa.Index(
            "sonla_take_down_one_open",
            "dataset_id",
            unique=True,
            postgresql_where=sa.text("restored IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=_id)
    dataset_id: Mapped[str]
    agency_id: Mapped[str]
    reason: Mapped[str]
    taken_by: Mapped[str]
    taken: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )
    answer: Mapped[str | None]
    answer_text: Mapped[str | None]
    answered_by: Mapped[str | None]
    answered: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True))
    restored_by: Mapped[str | None]
    restored: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True))
    restore_reason: Mapped[str | None]


class Erasure(tk.BaseModel):
    """Personal data taken out of a dataset's revisions, by a recorded decision.

    `what` says what was asked, so that a restored backup can be cleaned again; `parts`
    says what was found: revisions, fields, numbers of rows, addresses of files.
    """

    __tablename__ = "sonla_erasure"
    __table_args__ = (sa.Index("sonla_erasure_dataset", "dataset_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=_id)
    revision_id: Mapped[str] = mapped_column(sa.ForeignKey("sonla_revision.id"))
    dataset_id: Mapped[str]
    what: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    decision: Mapped[dict[str, Any]] = mapped_column(JSONB)
    erased_by: Mapped[str]
    erased: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )
    parts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class ErasureFile(tk.BaseModel):
    """A file whose bytes an erasure takes out of the store; `removed` once they are."""

    __tablename__ = "sonla_erasure_file"

    erasure_id: Mapped[str] = mapped_column(
        sa.ForeignKey("sonla_erasure.id"), primary_key=True
    )
    address: Mapped[str] = mapped_column(primary_key=True)
    removed: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True))


class DomainMove(tk.BaseModel):
    """A published dataset went to another domain, as the edition in force says."""

    __tablename__ = "sonla_domain_move"
    __table_args__ = (sa.Index("sonla_domain_move_dataset", "dataset_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=_id)
    dataset_id: Mapped[str]
    entry: Mapped[str]
    edition_id: Mapped[str]
    domain_id: Mapped[str]
    before: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    moved: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )
