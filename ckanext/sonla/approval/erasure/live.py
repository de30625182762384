"""Erasing in what is public and in drafts: rows of CKAN, tables, traces."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import hand, tables
from ckanext.sonla.approval.drafting import relating, staging
from ckanext.sonla.approval.model import RevisionResource
from ckanext.sonla.approval.storage import files

from . import asked
from . import tables as erasing_tables

if TYPE_CHECKING:
    from ckan.types import Context
    from ckanext.sonla.approval.model import Revision

    from .asked import Item, Place
    from .tables import Cleaned


@dataclass(frozen=True)
class Target:
    """One thing to erase, and the resource that it lies in."""

    item: Item
    place: Place | None


@dataclass
class Work:
    """What one erasure takes out, and what it has found so far."""

    erasure_id: str
    targets: list[Target]
    # Tables of the DataStore, by resource id.
    cleaned: dict[str, Cleaned] = field(default_factory=dict)
    addresses: set[str] = field(default_factory=set)
    # The revisions whose frozen content had something of it.
    revisions: list[str] = field(default_factory=list)
    # Whether a package had something of it.
    written: bool = False

    @property
    def found(self) -> bool:
        """Tell whether anything was there."""
        return bool(self.cleaned or self.revisions or self.written)

    def of_dataset(self) -> list[Item]:
        """Return what is asked of the dataset's own fields."""
        return [target.item for target in self.targets if target.place is None]

    def of_resource(self, resource: dict[str, Any]) -> list[Item]:
        """Return what is asked of a resource, frozen or drafted."""
        return [
            target.item
            for target in self.targets
            if target.place is not None and target.place.is_at(resource)
        ]

    def parts(self) -> dict[str, Any]:
        """Return what was found, without what it was."""
        return {
            "rows": sum(cleaned.touched for cleaned in self.cleaned.values()),
            "files": len(self.addresses),
            "revisions": self.revisions,
        }


def targets(revision: Revision, items: list[Item]) -> list[Target]:
    """Find each thing's resource in the revision that the erasure names."""
    drafted = staging.resource_ids(revision.package_id)
    ids = drafted or staging.resource_ids(revision.dataset_id)
    content = revision.content or hand.show(revision.package_id)
    found = []
    for item in items:
        place = None
        if item.resource is not None:
            place = asked.place_of(item.resource, content, ids)
            _know_twins(place)
        found.append(Target(item, place))
    return found


def clean_tables(cursor: Any, work: Work, package_id: str) -> None:
    """Take rows and columns out of the tables of a package."""
    for resource in hand.show(package_id)["resources"]:
        items = [one for one in work.of_resource(resource) if one.rows or one.columns]
        name = resource["id"]
        if items and tables.owner_of(cursor, name) is not None:
            cleaned = erasing_tables.clean(cursor, name, items)
            if cleaned.touched:
                work.cleaned[name] = cleaned


def clean_package(work: Work, package_id: str) -> None:
    """Write a package without what is erased, under the ids that it has."""
    with hand.own_hand():
        package = relating.without(hand.show(package_id))
    before = {r["id"]: r.get(files.ADDRESS) for r in package["resources"]}
    changed = _fields(package, work.of_dataset())
    for resource in package["resources"]:
        changed |= _resource(resource, work)
    if not changed:
        return
    work.written = True
    addresses = {
        resource["id"]: resource[files.ADDRESS]
        for resource in package["resources"]
        if resource.get(files.ADDRESS)
    }
    package.pop("metadata_modified", None)
    with hand.own_hand(), files.inheriting(addresses):
        context = {**hand.as_approved(), "sonla_inherited": True}
        tk.get_action("package_update")(cast("Context", context), package)
    for id_, address in before.items():
        if address and address != addresses.get(id_):
            work.addresses.add(address)
            _inherit(id_, address, addresses.get(id_))
    model.Session.flush()


def clean_traces(package_ids: list[str]) -> None:
    """Empty CKAN's diary and the loads' samples of what they may repeat."""
    if p.plugin_loaded("activity"):
        model.Session.execute(
            sa.text(
                "DELETE FROM activity_detail WHERE activity_id IN"
                " (SELECT id FROM activity WHERE object_id = ANY (:ids))"
            ),
            {"ids": package_ids},
        )
        model.Session.execute(
            sa.text("DELETE FROM activity WHERE object_id = ANY (:ids)"),
            {"ids": package_ids},
        )
    # CKAN keeps the rows of resources that went; their ids stay reserved.
    model.Session.execute(
        sa.update(model.Resource)
        .where(
            model.Resource.package_id.in_(package_ids),
            model.Resource.state == model.State.DELETED,
        )
        .values(name=None, description=None, url="", hash="", extras={})
    )
    if p.plugin_loaded("sonla_intake"):
        model.Session.execute(
            sa.text(
                "UPDATE sonla_load SET findings = '[]', message = NULL, params = '{}'"
                " WHERE package_id = ANY (:ids)"
            ),
            {"ids": package_ids},
        )


def _resource(resource: dict[str, Any], work: Work) -> bool:
    items = work.of_resource(resource)
    changed = _fields(resource, items)
    cleaned = work.cleaned.get(resource["id"])
    if cleaned is None:
        inherited = staging.table_behind(resource["id"])
        cleaned = work.cleaned.get(inherited)
    if resource.get(files.ADDRESS) and cleaned is not None:
        # The file that the table was read from has what is erased: the table's own
        # form takes its place.
        stem = (resource.get("url") or "table").rsplit("/", 1)[-1].rsplit(".", 1)[0]
        resource |= {
            "url": f"{stem}.csv",
            "format": "CSV",
            "mimetype": "text/csv",
            files.ADDRESS: cleaned.export.sha256,
            "hash": "",
        }
        return True
    if resource.get(files.ADDRESS) and any(item.file for item in items):
        resource |= {"url": "", "url_type": "", "mimetype": "", "size": None}
        resource.pop(files.ADDRESS)
        return True
    return changed


def _fields(values: dict[str, Any], items: list[Item]) -> bool:
    """Take fields out; one that must say something says that it was erased."""
    gone = [item.field for item in items if item.field and values.get(item.field)]
    for name in gone:
        values[name] = asked.instead_of(name) or ""
    return bool(gone)


def _inherit(resource_id: str, before: str, after: str | None) -> None:
    """Let a draft that inherits a table go on inheriting it, with its other file."""
    model.Session.execute(
        sa.update(RevisionResource)
        .where(
            RevisionResource.working_id == resource_id,
            RevisionResource.inherited_sha256 == before,
        )
        .values(inherited_sha256=after)
    )


def _know_twins(place: Place) -> None:
    """Let a place also be where drafts of the same public resource are."""
    rows = model.Session.execute(
        sa.select(RevisionResource.working_id, RevisionResource.public_id).where(
            sa.or_(
                RevisionResource.working_id.in_(place.ids),
                RevisionResource.public_id.in_(place.ids),
            )
        )
    )
    for working_id, public_id in rows.all():
        place.ids |= {working_id, public_id}
