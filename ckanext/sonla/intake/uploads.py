"""Changed files are queued: in the transaction that changes them, and after it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event

from ckan import model
from ckanext.sonla.shared import table_updates

from . import choices, loads, readers, states
from .model import Load

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from ckan.types import Context

DATASET = "dataset"
# Resources whose loads are queued once the session's transaction is committed.
QUEUE = "sonla_intake_queue"
# The context key by which a package's files come from another one with their tables.
INHERITED = "sonla_inherited"


def changed(context: Context, package_id: str, data: dict[str, Any]) -> None:
    """Make the loads of a package's new and changed files wait.

    Args:
        data: the package dict that was saved.
    """
    package = model.Package.get(package_id)
    if package is None or package.type != DATASET or package.state == "deleted":
        return
    entry = _entry_code(data)
    inherited = bool(context.get(INHERITED)) or _is_publishing()
    resources = list(
        model.Session.scalars(
            sa.select(model.Resource).where(
                model.Resource.package_id == package_id,
                model.Resource.state == "active",
            )
        )
    )
    for resource in resources:
        if resource.url_type == "upload":
            _changed(resource, entry, inherited=inherited)
    model.Session.execute(
        sa.delete(Load).where(
            Load.package_id == package_id,
            Load.resource_id.not_in([one.id for one in resources]),
        )
    )


def _changed(resource: model.Resource, entry: str | None, *, inherited: bool) -> None:
    cause = _cause(resource, entry)
    load = Load.of(resource.id)
    if load is not None and load.cause == cause:
        return
    is_new = load is None
    if load is None:
        load = Load(resource_id=resource.id, package_id=resource.package_id)
        load.cause = cause
        model.Session.add(load)
    else:
        load.wait_again(cause)
    if inherited or (is_new and _came_with_table(resource)):
        _take_over(load, resource)
        return
    model.Session.flush()
    model.Session.info.setdefault(QUEUE, set()).add(resource.id)


def _cause(resource: model.Resource, entry: str | None) -> str:
    """Return a digest of the file and of what says how it is read."""
    extras = resource.extras or {}
    file = extras.get("sha256") or [resource.url, str(resource.last_modified)]
    named = (resource.format, resource.url)
    kind = readers.kind_of(*named) or readers.map_of(*named)
    update = table_updates.update_of(resource.id)
    parts = [file, kind, extras.get("table"), entry, *(update.token if update else [])]
    choice = choices.own(resource.id)
    if choice is not None:
        parts.append(choice.token)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def reconsider(resource_id: str) -> None:
    """Make the load of a draft wait again whose table is updated in another way now."""
    resource = model.Resource.get(resource_id)
    if resource is None or resource.url_type != "upload":
        return
    package = model.Package.get(resource.package_id)
    extras = (package.extras if package else None) or {}
    _changed(resource, extras.get("catalogue_entry"), inherited=False)


def _entry_code(data: dict[str, Any]) -> str | None:
    extras = {one.get("key"): one.get("value") for one in data.get("extras") or []}
    return data.get("catalogue_entry") or extras.get("catalogue_entry")


def _is_publishing() -> bool:
    """Tell whether this transaction is the switch of an approved revision.

    It brings tables with it that were loaded and checked before.
    """
    setting = sa.func.current_setting("sonla.publishing", True)
    return bool(model.Session.scalar(sa.select(setting)))


def _came_with_table(resource: model.Resource) -> bool:
    """Tell whether a new resource is a copy of one that was loaded, table and all."""
    extras = resource.extras or {}
    if not extras.get("sha256") or not extras.get("datastore_active"):
        return False
    known = sa.select(Load.resource_id).where(
        Load.sha256 == extras["sha256"], Load.state == states.DONE
    )
    return model.Session.scalar(known.limit(1)) is not None


def _take_over(load: Load, resource: model.Resource) -> None:
    """Store for a file that came with its table what its own load had found."""
    load.state = states.DONE
    sha256 = (resource.extras or {}).get("sha256")
    same = sa.select(Load).where(
        Load.sha256 == sha256,
        Load.resource_id != load.resource_id,
        Load.state.in_((states.DONE, states.NONE)),
    )
    found = model.Session.scalars(same.order_by(Load.finished.desc())).first()
    if sha256 is None or (found is None and load.sha256 == sha256):
        return
    if found is None:
        # The export of a whole table, of which the load was a part.
        load.sha256, load.rows, load.findings, load.finding_count = sha256, None, [], 0
        load.rules = load.mode = load.period = None
        load.added = load.changed = load.removed = None
        load.reading = {}
        return
    for name in (
        "state",
        "sha256",
        "rules",
        "table_name",
        "rows",
        "findings",
        "finding_count",
        "reading",
        "mode",
        "period",
        "added",
        "changed",
        "removed",
        "started",
        "finished",
    ):
        setattr(load, name, getattr(found, name))


def _committed(session: Session) -> None:
    # A savepoint's end is no commit yet.
    if session.in_nested_transaction():
        return
    for resource_id in sorted(session.info.pop(QUEUE, ())):
        loads.enqueue(resource_id)


def _rolled_back(session: Session) -> None:
    session.info.pop(QUEUE, None)


def listen() -> None:
    """Listen to the ends of CKAN's transactions; safe to call twice."""
    table_updates.changed.connect(reconsider)
    for name, listener in (
        ("after_commit", _committed),
        ("after_rollback", _rolled_back),
    ):
        if not event.contains(model.Session, name, listener):
            event.listen(model.Session, name, listener)
