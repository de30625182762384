"""Which resource of a revision stands for which of the state before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.approval import states
from ckanext.sonla.approval.drafting import staging
from ckanext.sonla.approval.model import Revision, RevisionResource

Content = dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """One resource as it was and as it would be; either side may be missing."""

    working_id: str | None
    public_id: str | None
    before: Content | None
    after: Content | None


def pairs(revision: Revision, before: Content | None, after: Content) -> list[Pair]:
    """Return the resources of both states, those that went at the end."""
    old = list(before["resources"]) if before else []
    new = list(after["resources"])
    if revision.state in states.PUBLIC:
        return _published(revision, old, new)
    working_ids = staging.resource_ids(revision.package_id)
    public_ids = [] if before is None else staging.resource_ids(revision.dataset_id)
    was = dict(zip(public_ids, old, strict=False))
    known = _known(revision)
    told = []
    for working_id, resource in zip(working_ids, new, strict=False):
        public_id = known.get(working_id)
        if public_id is None and working_id in was:
            public_id = working_id
        told.append(
            Pair(working_id, public_id, was.pop(public_id or "", None), resource)
        )
    return told + [Pair(None, public_id, gone, None) for public_id, gone in was.items()]


def tables_of(pair: Pair) -> tuple[str | None, str | None]:
    """Return the DataStore's names of both sides of an open revision's resource."""
    behind = staging.table_behind(pair.working_id) if pair.working_id else None
    before = pair.public_id if pair.before is not None else None
    return before, behind


def _known(revision: Revision) -> dict[str, str]:
    rows = model.Session.scalars(
        sa.select(RevisionResource).where(RevisionResource.revision_id == revision.id)
    )
    return {row.working_id: row.public_id for row in rows}


def _published(
    revision: Revision, old: list[Content], new: list[Content]
) -> list[Pair]:
    """Pair the resources of two past states by name: contents hold no ids.

    The state that the public sees now still has its ids.
    """
    ids: list[str | None] = [None] * len(new)
    if revision.state == states.PUBLISHED:
        present = staging.resource_ids(revision.dataset_id)
        ids = [*present, *ids][: len(new)] if len(present) == len(new) else ids
    left = list(old)
    told: list[Pair] = []
    for public_id, resource in zip(ids, new, strict=True):
        found = next((o for o in left if o.get("name") == resource.get("name")), None)
        if found is not None:
            left.remove(found)
        told.append(Pair(None, public_id, found, resource))
    return told + [Pair(None, None, gone, None) for gone in left]
