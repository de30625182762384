# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportOperatorIssue=false, reportGeneralTypeIssues=false
"""What must hold after every step of a walk, whoever did what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import datastore, digest, states, tables
from ckanext.sonla.approval.model import Revision, published_of
from ckanext.sonla.approval.publishing import renaming
from ckanext.sonla.approval.storage import store
from ckanext.sonla.shared.events import Event
from tests.factories import approval as make

if TYPE_CHECKING:
    from .walking import Walk


def check(walk: Walk) -> None:
    """Check the invariants in the state that was reached."""
    model.Session.rollback()
    revisions = model.Session.scalars(
        sa.select(Revision).where(Revision.dataset_id == walk.dataset_id)
    ).all()
    for revision in revisions:
        _four_eyes(walk, revision)
        _names_what_it_names(revision)
    _face(walk)
    _nothing_lost(walk, revisions)
    assert renaming.undecided() == []
    model.Session.rollback()


def _four_eyes(walk: Walk, revision: Revision) -> None:
    """Invariant 2."""
    if revision.state in (*states.PUBLIC, states.SCHEDULED, states.PUBLISHING):
        assert revision.decided_by in walk.people.deciders
        assert revision.decided_by != revision.submitted_by
        assert revision.decided_by not in revision.editors


def _names_what_it_names(revision: Revision) -> None:
    """Invariant 3."""
    if revision.state in (*states.FROZEN, *states.PUBLIC):
        assert revision.digest == digest.digest_of(revision.content)
    elif revision.state in states.EDITABLE:
        assert revision.digest is None


def _face(walk: Walk) -> None:
    """Invariants 1 and 4: title, file and table are of what was approved."""
    public = published_of(walk.dataset_id)
    try:
        package = make.act(None, "package_show", id=walk.dataset_id)
    except (tk.NotAuthorized, tk.ObjectNotFound):
        model.Session.rollback()
        assert public is None or _taken_down(walk)
        return
    assert public is not None
    assert not _taken_down(walk)
    if public.kind == "retirement":
        assert package["resources"] == []
        return
    mark = walk.said[public.digest]
    [resource] = package["resources"]
    with store.reading(resource["sha256"]) as file:
        content = file.read()
    rows = make.rows(None, resource["id"])
    assert package["title"] == f"So {mark}"
    assert content == b"%%PDF-1.4 %d" % mark
    assert rows == [{"ma": key, "so": mark} for key in "AB"]
    with datastore.owning() as cursor:
        assert tables.owner_of(cursor, resource["id"]) == datastore.owner_role()


def _taken_down(walk: Walk) -> bool:
    names = model.Session.scalars(
        sa.select(Event.name)
        .where(Event.object_id == walk.dataset_id)
        .order_by(Event.seq)
    ).all()
    turns = [one for one in names if one in ("dataset.taken_down", "dataset.restored")]
    return bool(turns) and turns[-1] == "dataset.taken_down"


def _nothing_lost(walk: Walk, revisions: Any) -> None:
    """Invariant 6."""
    query = sa.select(sa.func.count()).select_from(Event)
    count = model.Session.scalar(query.where(Event.object_id == walk.dataset_id)) or 0
    assert count >= walk.events
    walk.events = count
    for revision in revisions:
        if revision.state not in states.PUBLIC:
            continue
        for resource in revision.content["resources"]:
            for part in (resource["file"], resource["table"]):
                assert part is None or store.exists(part["sha256"])
