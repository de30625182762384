"""Obligations as a reader sees them: a page, or all of them as a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.obligations import listing
from ckanext.sonla.obligations.model import Obligation

from . import filters as filtering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.obligations.listing import Reader

    from .filters import Filters

CHUNK = 1000


def asked_by(wanted: Filters) -> dict[str, Any]:
    """Return the filters as `listing.query` takes them: validated, with dates."""
    return {
        **wanted.asked(),
        "due_from": wanted.first.first,
        "due_until": wanted.last.last,
    }


def query(reader: Reader, wanted: Filters) -> sa.Select[Any]:
    """Return the query of what is asked for, the kind of agency included."""
    found = listing.query(reader, asked_by(wanted))
    if not wanted.agency_kind:
        return found
    of_kind = filtering.agencies_of_kind(wanted.agency_kind)
    return found.where(Obligation.agency_id.in_(of_kind))


def page(
    reader: Reader, found: sa.Select[Any], limit: int, offset: int = 0
) -> list[dict[str, Any]]:
    """Return some of what a query finds, the earliest due first."""
    rows = model.Session.execute(_ordered(found).limit(limit).offset(offset))
    return [listing.told(row, reader, {}) for row in rows]


def count(found: sa.Select[Any]) -> int:
    """Return how many obligations a query finds."""
    ids = found.with_only_columns(Obligation.id).order_by(None).subquery()
    return model.Session.scalar(sa.select(sa.func.count()).select_from(ids)) or 0


def stream(reader: Reader, found: sa.Select[Any]) -> Iterator[dict[str, Any]]:
    """Yield everything that a query finds, without holding it all at once."""
    rows = model.Session.execute(
        _ordered(found), execution_options={"yield_per": CHUNK}
    )
    for row in rows:
        yield listing.told(row, reader, {})


def _ordered(found: sa.Select[Any]) -> sa.Select[Any]:
    return found.order_by(
        Obligation.due, Obligation.entry_code, listing.Agency.name, Obligation.id
    )


def by_id(reader: Reader, obligation_id: str) -> sa.Select[Any]:
    """Return the query of one obligation."""
    return listing.query(reader, {}).where(Obligation.id == obligation_id)
