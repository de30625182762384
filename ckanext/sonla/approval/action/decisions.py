"""The steps of the two-role approval (article 8.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.approval import (
    checking,
    datastore,
    deciding,
    schema,
    signals,
    standing,
    steps,
    submitting,
    viewing,
    withdrawing,
)
from ckanext.sonla.approval.callers import revision_or_404
from ckanext.sonla.approval.conversation import points as conversation
from ckanext.sonla.approval.conversation import readings
from ckanext.sonla.approval.drafting import staging
from ckanext.sonla.approval.faults import declare, fault
from ckanext.sonla.approval.lifecycle import declaring
from ckanext.sonla.approval.publishing import switch
from ckanext.sonla.shared import clock

from .revisions import user_id_of

if TYPE_CHECKING:
    from ckan.types import Context, DataDict

declare("submit", "submitted")
declare("switch", "approved")


@validate(schema.revision_submit)
def sonla_revision_submit(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Freeze a revision and pass it to the leader.

    :param id: the revision's id
    :param note: a word to the leader
    :param public_note: what the public reads of the change; a correction of a period
        before the published one needs it
    :param data_period: the time that the data speaks of, required where the entry has
        a cycle; an update keeps the dataset's unless it says another
    :param publish_at: when to publish it, once approved; now by default
    :param reasons: why it is right all the same, by the `key` of each finding that
        needs a reason
    :returns: the revision with its `digest`
    :raises ValidationError: it is not the time, checks block (`findings`), or reasons
        are missing (`missing`: `key` and `sentence` each)
    """
    tk.check_access("sonla_revision_submit", context, data_dict)
    outside = checking.outside_of(revision_or_404(data_dict["id"]))
    revision = steps.lock(data_dict["id"])
    try:
        if revision.is_declared():
            declaring.submit(revision, user_id_of(context), data_dict)
        else:
            submitting.submit(revision, user_id_of(context), data_dict, outside)
        model.Session.commit()
    except BaseException as error:
        model.Session.rollback()
        with datastore.or_later():
            staging.let_go(data_dict["id"])
        if isinstance(error, datastore.DOWN):
            raise steps.conflict(
                "datastore",
                tk._(
                    "The tables cannot be reached and nothing was changed."
                    " Please try again later."
                ),
            ) from error
        raise
    fault("submitted")
    signals.submitted.send(revision.id)
    return viewing.shown(context, revision)


@validate(schema.revision_id)
def sonla_revision_withdraw(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take a submitted revision back: it can be edited again, its digest is void.

    :param id: the revision's id
    :returns: the revision
    """
    tk.check_access("sonla_revision_withdraw", context, data_dict)
    revision = steps.lock(data_dict["id"])
    withdrawing.reopen(revision, "withdraw", user_id_of(context))
    model.Session.commit()
    with datastore.or_later():
        staging.thaw(revision)
    signals.withdrawn.send(revision.id)
    return viewing.shown(context, revision)


@validate(schema.revision_return)
def sonla_revision_return(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Send a submitted revision back to the officer, with directions.

    :param id: the revision's id
    :param comment: the directions
    :param points: sentences, or `{text, resource_id?, table?, field?, row?, column?}`
    :returns: the revision
    """
    tk.check_access("sonla_revision_return", context, data_dict)
    revision = steps.lock(data_dict["id"])
    leader = user_id_of(context)
    steps.expect(revision, "return")
    steps.allow(revision, "return", leader)
    conversation.say(revision, leader, data_dict["comment"], data_dict.get("points"))
    withdrawing.reopen(
        revision,
        "return",
        leader,
        {
            "comment": data_dict["comment"],
            "decided_by": leader,
            "decided": clock.now(),
        },
    )
    model.Session.commit()
    with datastore.or_later():
        staging.thaw(revision)
    signals.returned.send(revision.id)
    return viewing.shown(context, revision)


@validate(schema.revision_approve)
def sonla_revision_approve(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Approve what the digest names; it is published at once, or at its time.

    :param id: the revision's id
    :param digest: the digest of the content that the leader has read
    :param comment: a word to the officer
    :returns: the revision
    :raises ValidationError: another digest, or not the time (409)
    """
    tk.check_access("sonla_revision_approve", context, data_dict)
    revision = steps.lock(data_dict["id"])
    due = deciding.approve(revision, user_id_of(context), data_dict)
    return _approved(context, data_dict["id"], due=due)


@validate(schema.revision_approve_standing)
def sonla_revision_approve_standing(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Publish what a leader's standing approval covers. No person calls it.

    The run of a harvest source does, for the revision that it submitted. It is covered
    if a standing approval says so and nothing but the rows of that approval's table
    differs from what is public. The leader who gave it is who decided.

    :param id: the revision's id
    :param digest: the digest of what was submitted
    :returns: the revision
    :raises NotAuthorized: no standing approval covers it
    """
    tk.check_access("sonla_revision_approve_standing", context, data_dict)
    revision = steps.lock(data_dict["id"])
    due = standing.approve(revision, data_dict["digest"])
    return _approved(context, data_dict["id"], due=due)


def _approved(context: Context, revision_id: str, *, due: bool) -> dict[str, Any]:
    """Keep an approval, whoever gave it; publish what is due now."""
    model.Session.commit()
    fault("approved")
    signals.approved.send(revision_id)
    if due:
        switch.publish(revision_id)
    return viewing.shown(context, revision_or_404(revision_id))


@validate(schema.revision_id)
def sonla_revision_discard(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give a drafted revision up; a working package goes with it.

    :param id: the revision's id
    :returns: the revision
    """
    tk.check_access("sonla_revision_discard", context, data_dict)
    revision = steps.lock(data_dict["id"])
    withdrawing.discard(revision, user_id_of(context))
    model.Session.commit()
    with datastore.or_later():
        switch.clean_up(revision.id)
    signals.discarded.send(revision.id)
    return viewing.shown(context, revision)


@validate(schema.revision_mark_read)
def sonla_revision_mark_read(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Remember that the leader has opened the review of what a digest names.

    The review page calls it. Approving several at once asks for it.

    :param id: the revision's id
    :param digest: the digest of the content that she has before her
    :returns: `id` and `digest`
    :raises ValidationError: another digest by now (409)
    """
    tk.check_access("sonla_revision_mark_read", context, data_dict)
    revision = steps.lock(data_dict["id"])
    steps.expect(revision, "approve")
    deciding.same_digest(revision, data_dict["digest"])
    reader = user_id_of(context)
    if reader:
        readings.note(revision, reader)
    model.Session.commit()
    return {"id": revision.id, "digest": revision.digest}


@validate(schema.revision_approve_several)
def sonla_revision_approve_several(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Approve several revisions, each of which the leader has opened before.

    Each is a decision of its own: one that can't be approved keeps no other from it.

    :param revisions: `{id, digest}` of each
    :returns: `results`: `id`, `approved`, `state` and, if it was not, `message` of each
    """
    tk.check_access("sonla_revision_approve_several", context, data_dict)
    reader = user_id_of(context)
    return {"results": readings.approve_each(context, data_dict["revisions"], reader)}
