"""Published datasets that the catalogue in force no longer asks for.

They stay, marked (the fifth rule of the catalogue), until their agency retires them,
or an edition takes their entry in again.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.catalogue import register
from ckanext.sonla.catalogue.model import Entry

NO_ENTRY, NO_PROVIDER = "no_entry", "no_provider"


@dataclass(frozen=True)
class Orphan:
    """A dataset, and why it is one: `no_entry` or `no_provider`."""

    dataset_id: str
    name: str
    title: str
    agency_id: str
    code: str
    why: str


def orphans() -> list[Orphan]:
    """Return the public datasets without an entry in force that names their agency."""
    edition = register.edition_in_force()
    if edition is None:
        return []
    package = model.Package
    code = package.extras["catalogue_entry"].astext
    rows = model.Session.execute(
        sa.select(package.id, package.name, package.title, package.owner_org, code)
        .where(
            package.type == "dataset",
            package.state == "active",
            package.private.is_(False),
            code.is_not(None),
        )
        .order_by(package.title, package.name)
    ).all()
    # The clock asks this every minute: only for entries that have datasets.
    entries = {
        one.code: one
        for one in model.Session.scalars(
            sa.select(Entry).where(
                Entry.edition_id == edition.id,
                Entry.retired.is_(False),
                Entry.code.in_({row[4] for row in rows}),
            )
        )
    }
    providers = register.providers_of(entries.values())
    found = []
    for dataset_id, name, title, owner, of_code in rows:
        entry = entries.get(of_code)
        if entry is not None and owner in providers[entry.id]:
            continue
        why = NO_ENTRY if entry is None else NO_PROVIDER
        found.append(Orphan(dataset_id, name, title or name, owner, of_code, why))
    return found
