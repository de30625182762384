"""How a draft's tables change the public ones: what the officer says, for each table.

The rows themselves are merged where files are loaded, and through CKAN's own actions.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import freezing, states, steps
from ckanext.sonla.approval.model import Revision, RevisionResource
from ckanext.sonla.approval.storage import files
from ckanext.sonla.shared import table_updates
from ckanext.sonla.shared.table_updates import MODES, PERIOD, REPLACE, TableUpdate

from . import opening, staging


@table_updates.resolver
def update_of(resource_id: str) -> TableUpdate | None:
    """Return how a working resource's rows change the public table."""
    row = staging.row_of(resource_id)
    resource = row and model.Session.get(model.Resource, resource_id)
    if not row or not resource:
        return None
    file = (resource.extras or {}).get(files.ADDRESS)
    return TableUpdate(
        row.mode, row.public_id, row.period, inherited=file == row.inherited_sha256
    )


def say(
    revision: Revision, resource_id: str, asked: dict[str, Any], user_id: str | None
) -> None:
    """Say how a table is updated, in the caller's transaction.

    Args:
        revision: under its row lock.
        resource_id: a resource of the working package, or the public one.
        asked: `mode`, and `period` and `note` if given.

    Raises:
        ValidationError: the table can't be updated so; by field, with the reason.
    """
    if revision.state not in states.EDITABLE:
        raise steps.conflict(
            "state",
            tk._("The revision is in state {state}: nothing of it can change").format(
                state=revision.state
            ),
        )
    row = _row(revision, resource_id)
    if row is None:
        _refuse_new(revision, resource_id, asked["mode"])
        return
    _refuse_impossible(revision, row, asked)
    row.mode = asked["mode"]
    row.period = asked.get("period")
    row.note = asked.get("note")
    revision.editors = opening.with_editor(revision, user_id)
    model.Session.flush()
    table_updates.changed.send(row.working_id)


def choices(resource_id: str) -> dict[str, Any] | None:
    """Return what can be said of a working resource's table; None without a public one.

    Returns:
        `mode`, `period`, `note`, and `impossible`: modes with the reasons as msgids.
    """
    row = staging.row_of(resource_id)
    revision = row and model.Session.get(Revision, row.revision_id)
    if not row or not revision or revision.state not in states.EDITABLE:
        return None
    package, resource = _drafted(revision, row.working_id)
    impossible = table_updates.impossible(package, resource, row.public_id)
    if len(impossible) == len(MODES) - 1 and len({*impossible.values()}) == 1:
        # Nothing but a whole table can come, of a file that never was a table.
        return None
    return {
        "mode": row.mode,
        "period": row.period,
        "note": row.note,
        "impossible": impossible,
    }


def of_revision(revision: Revision) -> list[RevisionResource]:
    """Return the tables of a revision that are not replaced as a whole."""
    return list(
        model.Session.scalars(
            sa.select(RevisionResource)
            .where(
                RevisionResource.revision_id == revision.id,
                RevisionResource.mode != REPLACE,
            )
            .order_by(RevisionResource.public_id)
        )
    )


def _row(revision: Revision, resource_id: str) -> RevisionResource | None:
    return model.Session.scalars(
        sa.select(RevisionResource).where(
            RevisionResource.revision_id == revision.id,
            sa.or_(
                RevisionResource.working_id == resource_id,
                RevisionResource.public_id == resource_id,
            ),
        )
    ).one_or_none()


def _refuse_new(revision: Revision, resource_id: str, mode: str) -> None:
    if resource_id not in staging.resource_ids(revision.package_id):
        raise steps.conflict("resource_id", tk._("The revision has no such resource"))
    if mode != REPLACE:
        raise steps.conflict("mode", tk._("There is no public table to update yet."))


def _refuse_impossible(
    revision: Revision, row: RevisionResource, asked: dict[str, Any]
) -> None:
    mode, period = asked["mode"], asked.get("period")
    if mode != PERIOD and period:
        raise steps.conflict("period", tk._("Only the replacement of a period has one"))
    if mode == REPLACE:
        return
    package, resource = _drafted(revision, row.working_id)
    reason = table_updates.impossible(package, resource, row.public_id).get(mode)
    if reason:
        raise steps.conflict("mode", tk._(reason))
    if mode != PERIOD:
        return
    if not period:
        raise steps.conflict("period", tk._("Say which period the rows replace"))
    reason = table_updates.period_refusal(package, resource, period)
    if reason:
        raise steps.conflict("period", tk._(reason))


def _drafted(
    revision: Revision, resource_id: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    package = freezing.drafted(revision)
    for resource in package["resources"]:
        if resource["id"] == resource_id:
            return package, resource
    raise steps.conflict("resource_id", tk._("The revision has no such resource"))
