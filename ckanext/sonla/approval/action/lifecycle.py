"""Confirming, ending and suspending what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.approval import signals, states, viewing
from ckanext.sonla.approval.callers import revision_or_404
from ckanext.sonla.approval.drafting import opening
from ckanext.sonla.approval.erasure import erasing
from ckanext.sonla.approval.faults import declare, fault
from ckanext.sonla.approval.lifecycle import declaring, taking_down
from ckanext.sonla.approval.lifecycle import schema as lifecycle_schema

from .revisions import user_id_of

declare("take_down", "taking_down", "taken_down")
declare("restore", "restoring", "restored")

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
    package = opening.dataset_or_404(asked["dataset_id"])
    revision = declaring.declare(package, kind, user_id_of(context), asked)
    model.Session.commit()
    signals.opened.send(revision.id)
    signals.submitted.send(revision.id)
    return viewing.shown(context, revision)


@validate(lifecycle_schema.with_reason)
def sonla_dataset_take_down(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take a published dataset from the public's sight at once.

    A notice with reason and date stands in its place; the content stays as it was
    approved. The agency is told, and answers with `sonla_take_down_answer`.

    :param dataset_id: the published dataset's id or name
    :param reason: why; the public reads it
    :returns: the take-down
    :raises ValidationError: it isn't published, or is taken down already
    """
    tk.check_access("sonla_dataset_take_down", context, data_dict)
    package = opening.dataset_or_404(data_dict["dataset_id"])
    taken = taking_down.take_down(package, user_id_of(context), data_dict["reason"])
    fault("taking_down")
    model.Session.commit()
    fault("taken_down")
    signals.taken_down.send(package.id)
    return taking_down.shown(taken)


@validate(lifecycle_schema.with_reason)
def sonla_dataset_restore(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give the public back what was approved of a dataset that is taken down.

    :param dataset_id: the dataset's id or name
    :param reason: why; the public reads it
    :returns: the take-down, which has ended
    :raises ValidationError: it isn't taken down
    """
    tk.check_access("sonla_dataset_restore", context, data_dict)
    package = opening.dataset_or_404(data_dict["dataset_id"])
    taken = taking_down.restore(package, user_id_of(context), data_dict["reason"])
    fault("restoring")
    model.Session.commit()
    fault("restored")
    signals.restored.send(package.id)
    return taking_down.shown(taken)


@validate(lifecycle_schema.take_down_answer)
def sonla_take_down_answer(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Answer a take-down in the agency's name.

    The answer decides nothing by itself: an update or a retirement goes through two
    hands, and the operator restores.

    :param dataset_id: the dataset's id or name
    :param answer: `correct`, `retire` or `restore`
    :param text: the agency's words; the public reads them
    :returns: the take-down
    """
    tk.check_access("sonla_take_down_answer", context, data_dict)
    package = opening.dataset_or_404(data_dict["dataset_id"])
    taken = taking_down.answer(package, user_id_of(context), data_dict)
    model.Session.commit()
    return taking_down.shown(taken)


@tk.side_effect_free
@validate(lifecycle_schema.take_down_list)
def sonla_take_down_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List what was taken down, the newest first: why, when, what came of it.

    :param dataset_id: only those of this dataset, by id or name
    :param standing: only those that stand, or only those that have ended
    :param limit: how many, at most 1000
    :param offset: after how many
    :returns: `count` and `results`
    """
    tk.check_access("sonla_take_down_list", context, data_dict)
    if package := model.Package.get(data_dict.get("dataset_id")):
        data_dict["dataset_id"] = package.id
    count, found = taking_down.listed(data_dict)
    return {"count": count, "results": [taking_down.shown(taken) for taken in found]}


@validate(lifecycle_schema.revision_erase)
def sonla_revision_erase(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Erase personal data by a recorded decision, in all revisions of a dataset.

    It reaches what is public, drafts, frozen contents, old tables, files, exports, the
    search and CKAN's diary. Digests and the log stay; the log says what kind of thing
    was erased and by which decision, never what it was.

    :param id: the revision in which it was found
    :param what: a list of `{field}` (of the dataset), `{resource, field}`,
        `{resource, file: true}`, `{resource, rows: {column: value or values}}`,
        `{resource, columns: [...]}`; `resource` is its name, id or place (from 1)
    :param decision: `{number, date, text}`
    :returns: the erasure: `id`, `decision`, `what`, `found`
    :raises ValidationError: it isn't there, or a leader has a revision before her
    """
    tk.check_access("sonla_revision_erase", context, data_dict)
    revision = revision_or_404(data_dict["id"])
    erasure = erasing.erase(
        revision, user_id_of(context), data_dict["what"], data_dict["decision"]
    )
    signals.erased.send(erasure.dataset_id)
    return erasing.shown(erasure)
