"""A retirement's half of the switch: the citation stays, the data goes.

The dataset keeps its address, its metadata and its history. Its resources are no
longer current: their rows are deleted and their tables step back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import datastore, hand, states, tables
from ckanext.sonla.approval.drafting import relating, staging

from .renaming import Plan

if TYPE_CHECKING:
    from ckanext.sonla.approval.model import Revision


def plan(revision: Revision) -> Plan:
    """Return which tables step back: all at a retirement, else none."""
    if revision.kind != states.RETIREMENT or not datastore.is_on():
        return Plan()
    with datastore.owning() as cursor:
        return Plan(
            retired=[
                name
                for name in staging.resource_ids(revision.dataset_id)
                if tables.owner_of(cursor, name)
            ]
        )


def put(revision: Revision) -> None:
    """Leave the tombstone of a retired dataset, in the caller's transaction."""
    if revision.kind != states.RETIREMENT:
        return
    model.Session.execute(
        sa.delete(model.ResourceView).where(
            model.ResourceView.resource_id.in_(
                staging.resource_ids(revision.dataset_id)
            )
        )
    )
    package = relating.without(hand.show(revision.dataset_id))
    package.pop("metadata_modified", None)
    tk.get_action("package_update")(hand.as_approved(), {**package, "resources": []})
