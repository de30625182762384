"""CKAN's half of the switch: the dataset's rows become what was approved.

All of it in CKAN's one transaction, by CKAN's own `package_update`, under the ids,
names and addresses that the public knows.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import datastore, hand, tables
from ckanext.sonla.approval.drafting import parts, relating, staging, working
from ckanext.sonla.approval.lifecycle import mails as office_notices
from ckanext.sonla.approval.lifecycle import serving
from ckanext.sonla.approval.model import Revision, RevisionResource
from ckanext.sonla.approval.storage import files

from . import aliases, ending
from .renaming import Plan

# What belongs to the dataset, not to the package that its update was drafted in.
_DATASETS_OWN = (
    "creator_user_id",
    "id",
    "metadata_created",
    "metadata_modified",
    "name",
    "organization",
    "private",
    "state",
    *relating.FIELDS,
)
_RESOURCES_OWN = ("created", "metadata_modified", "package_id", "position", "state")


def public_ids(revision: Revision) -> dict[str, str]:
    """Return the public id of each resource that the revision has, by its working id.

    A resource that the update adds keeps its id: its table needs no other name.
    """
    known = {
        row.working_id: row.public_id
        for row in model.Session.scalars(
            sa.select(RevisionResource).where(
                RevisionResource.revision_id == revision.id
            )
        )
    }
    return {
        id_: known.get(id_, id_) for id_ in staging.resource_ids(revision.package_id)
    }


def plan(revision: Revision, ids: dict[str, str]) -> Plan:
    """Return which tables change their names, and which aliases.

    Only what was frozen is published: a table that came to be after the submit belongs
    to the write role, and steps back whatever its name is.
    """
    if not datastore.is_on():
        return Plan()
    if revision.is_declared():
        return ending.plan(revision)
    before = [] if revision.is_first() else staging.resource_ids(revision.dataset_id)
    owners = _owners({*ids, *ids.values(), *before})
    frozen = {name for name, owner in owners.items() if owner == datastore.owner_role()}
    result = Plan()
    kept = set()
    for working_id, public_id in ids.items():
        if working_id == public_id:
            kept.add(public_id)
        elif working_id in frozen:
            result.renamed[working_id] = public_id
        elif staging.table_behind(working_id) == public_id:
            kept.add(public_id)
    result.retired = [name for name in owners if name not in frozen]
    result.retired += [name for name in before if name in frozen - kept]
    result.aliases = {
        public_id: names
        for public_id, names in aliases.wanted(revision).items()
        if public_id in {*result.renamed.values(), *(kept & frozen)}
    }
    return result


def _owners(names: set[str]) -> dict[str, str]:
    """Return the owner of each table that is there."""
    with datastore.owning() as cursor:
        found = {name: tables.owner_of(cursor, name) for name in sorted(names)}
    return {name: owner for name, owner in found.items() if owner is not None}


def put(revision: Revision, ids: dict[str, str]) -> None:
    """Write the revision's content over the dataset's, in the caller's transaction."""
    # A take-down waits for the switch, or the switch for it.
    serving.lock(revision.dataset_id)
    if taken := serving.take_down_of(revision.dataset_id):
        office_notices.send("changed", taken, revision.id)
    with hand.own_hand():
        if revision.is_declared():
            ending.put(revision)
            return
        if revision.is_first():
            package = relating.without(hand.show(revision.dataset_id))
            package["private"] = False
            # CKAN's form leaves a dataset in state draft until its last page.
            package["state"] = "active"
            package.pop("metadata_modified", None)
            tk.get_action("package_update")(hand.as_approved(), package)
            return
        package = parts.approved_files(
            hand.show(revision.package_id), revision.content or {}
        )
        _bring_new_resources(revision, ids)
        addresses = {
            ids[resource["id"]]: resource[files.ADDRESS]
            for resource in package["resources"]
            if resource.get(files.ADDRESS)
        }
        with files.inheriting(addresses):
            tk.get_action("package_update")(
                hand.as_approved(), _content(revision, package, ids)
            )
        _put_views(ids)


def _content(
    revision: Revision, package: dict[str, Any], ids: dict[str, str]
) -> dict[str, Any]:
    dataset = model.Package.get(revision.dataset_id)
    return {
        **{key: value for key, value in package.items() if key not in _DATASETS_OWN},
        "id": revision.dataset_id,
        "name": dataset.name if dataset else package["name"],
        "private": serving.take_down_of(revision.dataset_id) is not None,
        "resources": [
            {
                **{k: v for k, v in resource.items() if k not in _RESOURCES_OWN},
                "id": ids[resource["id"]],
                "package_id": revision.dataset_id,
            }
            for resource in package["resources"]
        ],
    }


def _bring_new_resources(revision: Revision, ids: dict[str, str]) -> None:
    """Move the rows of added resources to the dataset, with their views."""
    added = [
        working_id for working_id, public_id in ids.items() if working_id == public_id
    ]
    model.Session.execute(
        sa.update(model.Resource)
        .where(model.Resource.id.in_(added))
        .values(package_id=revision.dataset_id)
    )
    model.Session.expire_all()


def _put_views(ids: dict[str, str]) -> None:
    """Write the working views over the public ones; a kept view keeps its id."""
    pairs = {working: public for working, public in ids.items() if working != public}
    drafted = _views(list(pairs))
    for view in _views(list(pairs.values())).values():
        working_id = next(
            one for one, public in pairs.items() if public == view.resource_id
        )
        copy = drafted.pop(working.view_id(working_id, view.id), None)
        if copy is None:
            model.Session.delete(view)
            continue
        for name in ("title", "description", "view_type", "order", "config"):
            setattr(view, name, getattr(copy, name))
    for view in drafted.values():
        view.resource_id = pairs[view.resource_id]
    model.Session.flush()


def _views(resource_ids: list[str]) -> dict[str, model.ResourceView]:
    rows = model.Session.scalars(
        sa.select(model.ResourceView).where(
            model.ResourceView.resource_id.in_(resource_ids)
        )
    )
    return {row.id: row for row in rows}
