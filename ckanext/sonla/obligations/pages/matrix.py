"""Agencies by quarters: how many obligations stand how, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.obligations import listing
from ckanext.sonla.obligations.model import Obligation

from . import filters as filtering
from . import lines

if TYPE_CHECKING:
    from .filters import Filters

PER_PAGE = 20


@dataclass(frozen=True)
class Row:
    """An agency, and by quarter how many of its obligations stand how."""

    name: str
    title: str
    counts: dict[str, dict[str, int]]


@dataclass(frozen=True)
class Matrix:
    """A page of the matrix, and how many agencies there are in all."""

    rows: list[Row]
    count: int


def matrix(user: str, wanted: Filters, offset: int = 0) -> Matrix:
    """Return a page of the matrix as a reader sees it.

    Args:
        user: who reads.
        wanted: which obligations.
        offset: after how many agencies the page begins.
    """
    reader = listing.Reader(user)
    agencies, count = _agencies(reader, wanted, offset)
    counts = _counts(reader, wanted, [one.id for one in agencies])
    return Matrix(
        [
            Row(one.name, one.title or one.name, counts.get(one.id, {}))
            for one in agencies
        ],
        count,
    )


def _agencies(reader: Any, wanted: Filters, offset: int) -> tuple[list[Any], int]:
    """Return the agencies of a page that owe something of what is asked for."""
    group = model.group_table.c
    owed = _found(reader, wanted).where(Obligation.agency_id == group["id"])
    query = sa.select(group["id"], group["name"], group["title"]).where(
        group["is_organization"].is_(True),
        *filtering.agency_condition(wanted),
        sa.exists(owed.correlate(model.group_table)),
    )
    count = model.Session.scalar(
        sa.select(sa.func.count()).select_from(query.subquery())
    )
    page = query.order_by(group["title"], group["id"]).limit(PER_PAGE).offset(offset)
    return list(model.Session.execute(page)), count or 0


def _found(reader: Any, wanted: Filters, *columns: Any) -> sa.Select[Any]:
    """Return the query of what is asked for, of every agency."""
    asked = lines.asked_by(wanted)
    asked.pop("agency", None)
    found = listing.query(reader, asked).order_by(None)
    return found.with_only_columns(*(columns or (Obligation.id,)))


def _counts(
    reader: Any, wanted: Filters, agencies: list[str]
) -> dict[str, dict[str, dict[str, int]]]:
    """Return counts by agency, quarter and status."""
    if not agencies:
        return {}
    rows = (
        _found(
            reader,
            wanted,
            Obligation.agency_id.label("agency"),
            sa.func.to_char(Obligation.due, 'YYYY"-Q"Q').label("quarter"),
            reader.status().label("status"),
        )
        .where(Obligation.agency_id.in_(agencies))
        .subquery()
    )
    key = (rows.c.agency, rows.c.quarter, rows.c.status)
    found: dict[str, dict[str, dict[str, int]]] = {}
    for agency, quarter, status, count in model.Session.execute(
        sa.select(*key, sa.func.count()).group_by(*key)
    ):
        found.setdefault(agency, {}).setdefault(quarter, {})[status] = count
    return found
