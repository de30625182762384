"""Datasets that don't conform any more, until an update makes them conform."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.catalogue import register
from ckanext.sonla.shared import clock, table_rules
from ckanext.sonla.shared.tick import task

from . import impact
from .model import Nonconforming

# So many are looked at again in one round of the scheduler.
MOST = 20


@task("catalogue.conformance")
def look_again() -> None:
    """Weigh anew what was updated since, or whose rules are in force only now."""
    package = model.Package
    due = model.Session.execute(
        sa.select(Nonconforming, package)
        .outerjoin(package, package.id == Nonconforming.dataset_id)
        .where(
            sa.or_(
                package.id.is_(None),
                package.state != "active",
                package.metadata_modified
                > sa.func.timezone("UTC", Nonconforming.checked),
            )
        )
        .limit(MOST)
    ).all()
    for known, dataset in due:
        _look(known, dataset)
    model.Session.commit()


def _look(known: Nonconforming, dataset: model.Package | None) -> None:
    latest = register.latest_edition()
    entry = register.entry_of(latest.id, known.entry_code) if latest else None
    if dataset is None or dataset.state != "active" or entry is None or entry.retired:
        model.Session.delete(known)
        return
    wrong = table_rules.weigh(dataset.id, entry.tables)
    if not wrong:
        model.Session.delete(known)
        return
    known.tables = [vars(one) for one in wrong]
    known.total = sum(one.rows for one in wrong)
    known.wrong = sum(one.wrong for one in wrong)
    known.agency_id = dataset.owner_org or known.agency_id
    known.checked = clock.now()


def listed(agency_id: str | None) -> sa.Select[Any]:
    """Return the query for what doesn't conform, the longest first.

    Args:
        agency_id: only this agency's datasets.
    """
    package, group = model.Package, model.Group
    query = (
        sa.select(Nonconforming, package.name, package.title, group.name, group.title)
        .join(package, package.id == Nonconforming.dataset_id)
        .join(group, group.id == Nonconforming.agency_id)
        .order_by(Nonconforming.since, Nonconforming.dataset_id)
    )
    if agency_id is not None:
        query = query.where(Nonconforming.agency_id == agency_id)
    return query


def as_dict(row: Any) -> dict[str, Any]:
    """Return a dataset that doesn't conform, as the action answers it."""
    known, name, title, agency, agency_title = row
    return {
        "dataset_id": known.dataset_id,
        "name": name,
        "title": title,
        "agency": agency,
        "agency_title": agency_title,
        "entry": known.entry_code,
        "edition_id": known.edition_id,
        "reason": known.reason,
        "rows": known.total,
        "wrong": known.wrong,
        "tables": impact.told(known.tables),
        "since": clock.iso_z(known.since),
        "checked": clock.iso_z(known.checked),
    }
