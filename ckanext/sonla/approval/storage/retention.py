"""Retention: the bytes of earlier versions end with the policy's time.

Their metadata and digests stay. What a crashed upload left, and nothing names, goes
too, once it is older than any upload takes. Nothing that a row or a version within
retention names is ever removed.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.redis import connect_to_redis
from ckanext.sonla.approval import states
from ckanext.sonla.approval.history import versions as history
from ckanext.sonla.approval.model import Revision, RevisionResource
from ckanext.sonla.shared import clock, events, kept_files
from ckanext.sonla.shared.tick import task

from . import files, store

if TYPE_CHECKING:
    from ckanext.sonla.approval.history.versions import Version

    from .stored import Stored

log = logging.getLogger(__name__)

_ONCE_A_DAY = 24 * 3600
_LOCK = sa.func.hashtextextended("sonla.retention", 0)
_NOTED = "revision.files_removed"


@dataclass
class Ended:
    """What retention ends: files of versions whose time is over, and leftovers."""

    versions: dict[str, tuple[Version, list[Stored]]] = field(default_factory=dict)
    leftovers: list[Stored] = field(default_factory=list)

    def files(self) -> list[Stored]:
        """Return every file once."""
        found = {
            one.location: one for _, gone in self.versions.values() for one in gone
        }
        return [*found.values(), *self.leftovers]

    def size(self) -> int:
        """Return how many bytes they have."""
        return sum(one.size for one in self.files())


@task("approval.retention")
def remove_daily() -> None:
    """Remove once a day what retention ends; running it more often does no harm."""
    key = f"ckan:{tk.config['ckan.site_id']}:sonla:retention"
    if connect_to_redis().set(key, "1", nx=True, ex=_ONCE_A_DAY):
        remove()


def remove() -> Ended:
    """Note in the log what ends, commit, then remove the bytes.

    In that order: a crash leaves files that the next run removes, and never one that
    is gone without a word. What an interrupted run noted isn't noted again.
    """
    # Two at once, the scheduler and the command, would both note the same.
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    found = ended()
    for version, gone in found.versions.values():
        new = _not_noted(version, gone)
        if new:
            _note_version(version, new)
    if found.leftovers:
        events.record(
            "storage.leftovers_removed",
            object_type="storage",
            object_id="resources",
            public=False,
            files=len(found.leftovers),
            bytes=sum(one.size for one in found.leftovers),
        )
    model.Session.commit()
    # What became named while the storage was listed stays, and what was put anew.
    named, before = named_addresses(), _old_enough()
    for one in found.files():
        if one.address not in named and _is_older(one, before):
            store.place().remove_at(one.location)
    store.place().end_parts(before)
    return found


def ended() -> Ended:
    """Return what retention would end now, and remove nothing."""
    named, before = named_addresses(), _old_enough()
    old = _versions_of_old_files()
    found = Ended()
    for one in store.stored():
        if one.address in named or one.modified > before:
            continue
        versions = old.get(one.address or "", [])
        if not versions:
            found.leftovers.append(one)
        for version in versions:
            id_ = version.revision.id
            found.versions.setdefault(id_, (version, []))[1].append(one)
    return found


def named_addresses() -> set[str]:
    """Return the addresses of all files that must stay."""
    # CKAN keeps them as a JSON text.
    extras = sa.type_coerce(model.Resource.extras, sa.Text)
    in_rows = model.Session.scalars(
        sa.select(sa.cast(extras, JSONB)[files.ADDRESS].astext).where(
            model.Resource.state == model.State.ACTIVE, extras.contains(files.ADDRESS)
        )
    )
    inherited = model.Session.scalars(
        sa.select(RevisionResource.inherited_sha256)
        .join(Revision, Revision.id == RevisionResource.revision_id)
        .where(Revision.state.in_((*states.EDITABLE, *states.FROZEN)))
    )
    named = {one for one in (*in_rows, *inherited) if one} | kept_files.addresses()
    for content in _contents(Revision.state.not_in((*states.PUBLIC, states.DISCARDED))):
        named |= history.addresses(content)
    for dataset_id in _datasets():
        named |= history.kept_addresses(history.versions(dataset_id))
    return named


def _versions_of_old_files() -> dict[str, list[Version]]:
    """Return the versions whose time is over, by the addresses that they name."""
    old: dict[str, list[Version]] = {}
    for dataset_id in _datasets():
        for version in history.versions(dataset_id):
            if not version.is_kept():
                for address in history.addresses(version.content):
                    old.setdefault(address, []).append(version)
    return old


def _datasets() -> list[str]:
    query = sa.select(Revision.dataset_id).where(Revision.state.in_(states.PUBLIC))
    return list(model.Session.scalars(query.distinct()))


def _contents(condition: sa.ColumnElement[bool]) -> list[dict[str, Any] | None]:
    return list(model.Session.scalars(sa.select(Revision.content).where(condition)))


def _old_enough() -> Any:
    return clock.now() - timedelta(hours=tk.config["sonla.storage.grace_hours"])


def _is_older(one: Stored, before: Any) -> bool:
    modified = store.place().modified(one.location)
    return modified is not None and modified <= before


def _not_noted(version: Version, gone: list[Stored]) -> list[Stored]:
    """Return the files whose removal from a version the log doesn't tell yet."""
    told = model.Session.scalars(
        sa.select(events.Event.data).where(
            events.Event.name == _NOTED,
            events.Event.object_type == "dataset",
            events.Event.object_id == version.revision.dataset_id,
        )
    )
    noted = {
        address
        for data in told
        if data.get("revision") == version.revision.id
        for address in data.get("files", ())
    }
    return [one for one in gone if (one.address or "") not in noted]


def _note_version(version: Version, gone: list[Stored]) -> None:
    until = version.kept_until()
    events.record(
        _NOTED,
        object_type="dataset",
        object_id=version.revision.dataset_id,
        agency=version.revision.agency_id,
        revision=version.revision.id,
        number=version.number,
        digest=version.revision.digest,
        kept_until=until,
        bytes=sum(one.size for one in gone),
        files=sorted(one.address or "" for one in gone),
    )
