"""Confirming, ending and suspending what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.approval import (
    declaring,
    drafting,
    lifecycle_schema,
    signals,
    states,
    viewing,
)

from .revisions import user_id_of

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@validate(lifecycle_schema.no_change_confirm)
def sonla_no_change_confirm(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Declare that a dataset's data still holds for a later period.

    The declaration is a revision of kind `no_change`, submitted at once; the leader
    approves or returns it as any other.

    :param dataset_id: the published dataset's id or name
    :param data_period: a period of its entry's cycle, after the published one
    :returns: the revision
    :raises ValidationError: the period doesn't fit, or a revision is open already; its
        id is in `revision`
    """
    tk.check_access("sonla_no_change_confirm", context, data_dict)
    return _declared(context, states.NO_CHANGE, data_dict)


@validate(lifecycle_schema.with_reason)
def sonla_dataset_retire(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Declare that an agency no longer provides a dataset, and why.

    The declaration is a revision of kind `retirement`, submitted at once. Approved, it
    leaves a tombstone: the citation and the history stay, the data is served no more.

    :param dataset_id: the published dataset's id or name
    :param reason: why; the public reads it
    :returns: the revision
    :raises ValidationError: a revision is open already; its id is in `revision`
    """
    tk.check_access("sonla_dataset_retire", context, data_dict)
    asked = {"dataset_id": data_dict["dataset_id"], "note": data_dict["reason"]}
    return _declared(context, states.RETIREMENT, asked)


def _declared(context: Context, kind: str, asked: DataDict) -> dict[str, Any]:
    package = drafting.dataset_or_404(asked["dataset_id"])
    revision = declaring.declare(package, kind, user_id_of(context), asked)
    model.Session.commit()
    signals.opened.send(revision.id)
    signals.submitted.send(revision.id)
    return viewing.shown(context, revision)
