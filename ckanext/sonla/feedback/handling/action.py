"""The steps of handling, as actions (article 9.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckanext.sonla.feedback import callers, codes, deciding, people, states
from ckanext.sonla.feedback.sending import finding

from . import inbox, schema, showing

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


def _take(
    context: Context, action: str, data: DataDict, step: states.Step
) -> dict[str, Any]:
    """Take a step of what the data names by its code; return how it stands."""
    with callers.taking(context, action, data) as feedback:
        given = {name: value for name, value in data.items() if name != "code"}
        step.run(feedback, callers.actor_id(context), **given)
    return showing.brief(feedback)


@validate(schema.feedback_assign)
def sonla_feedback_assign(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give feedback to an account of the agency that handles it.

    :param code: the feedback's code
    :param account: whose it is, by name or id (default: the caller's)
    :returns: the feedback, in state `assigned` unless it is further already
    """
    return _take(context, "sonla_feedback_assign", data_dict, states.Assign())


@validate(schema.by_code)
def sonla_feedback_resume(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Begin to work on it, or go on after a pause or after an agency was asked.

    :param code: the feedback's code
    """
    return _take(context, "sonla_feedback_resume", data_dict, states.Resume())


@validate(schema.feedback_pause)
def sonla_feedback_pause(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Let it rest; the due date stays where it is.

    :param code: the feedback's code
    :param reason: why, for those who handle it
    """
    return _take(context, "sonla_feedback_pause", data_dict, states.Pause())


@validate(schema.feedback_coordinate)
def sonla_feedback_coordinate(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Ask another agency to contribute to the answer.

    :param code: the feedback's code
    :param agency: whom, by name or id
    :param text: what it is asked
    """
    return _take(context, "sonla_feedback_coordinate", data_dict, states.Coordinate())


@validate(schema.feedback_text)
def sonla_feedback_contribute(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Answer what the own agency was asked.

    :param code: the feedback's code
    :param text: what the agency says
    """
    with callers.taking(context, "sonla_feedback_contribute", data_dict) as feedback:
        agency_id = people.contributes_to(
            context.get("user"), "contribute", feedback.id, waiting=True
        )
        states.Contribute().run(
            feedback,
            callers.actor_id(context),
            agency_id=agency_id,
            text=data_dict["text"],
        )
    return showing.brief(feedback)


@validate(schema.feedback_forward)
def sonla_feedback_forward(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give it to another agency to answer; the due date stays where it is.

    :param code: the feedback's code
    :param agency: to which, by name or id
    :param reason: why, for those who handle it
    """
    return _take(context, "sonla_feedback_forward", data_dict, states.Forward())


@validate(schema.feedback_text)
def sonla_feedback_note(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Leave a word for those who handle it; it stays inside.

    :param code: the feedback's code
    :param text: the word
    """
    with callers.taking(context, "sonla_feedback_note", data_dict) as feedback:
        states.note(feedback, callers.actor_id(context), data_dict["text"])
    return showing.brief(feedback)


@validate(schema.feedback_answer_submit)
def sonla_feedback_answer_submit(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Propose an answer to the agency's leader.

    :param code: the feedback's code
    :param text: what everybody will read
    :param revision: id of the published revision that mended what it is about
    """
    name = "sonla_feedback_answer_submit"
    return _take(context, name, data_dict, deciding.Propose())


@validate(schema.feedback_reject)
def sonla_feedback_reject(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Propose to the agency's leader to decline it.

    :param code: the feedback's code
    :param reason: one of the policy's list (`sonla.policy.feedback_rejections`)
    :param text: what everybody will read beside it (default: the reason's own text)
    """
    return _take(context, "sonla_feedback_reject", data_dict, deciding.Reject())


@validate(schema.feedback_answer_approve)
def sonla_feedback_answer_approve(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Approve the answer that waits, as the agency's leader: it is public at once.

    :param code: the feedback's code
    :param answer: id of the answer that was read; refused if another one waits
    :param comment: a word for the officer
    :returns: the feedback, in state `answered` or `rejected`
    """
    name = "sonla_feedback_answer_approve"
    return _take(context, name, data_dict, deciding.Approve())


@validate(schema.feedback_answer_return)
def sonla_feedback_answer_return(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Send the answer that waits back to the officer, as the agency's leader.

    :param code: the feedback's code
    :param comment: the directions
    :param answer: id of the answer that was read; refused if another one waits
    """
    return _take(context, "sonla_feedback_answer_return", data_dict, deciding.Return())


@validate(schema.feedback_reopen)
def sonla_feedback_reopen(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Ask anew, once, within the policy's days of the answer: ten new days begin.

    :param code: the feedback's code
    :param secret: what its sender was given; none, for its agency and operators
    :param text: why; its sender has to say it
    :raises ObjectNotFound: the code or the secret is wrong; it isn't said which
    """
    if data_dict.get("secret"):
        finding.by_secret(data_dict["code"], data_dict["secret"])
    with callers.taking(context, "sonla_feedback_reopen", data_dict) as feedback:
        secret = data_dict.get("secret") or ""
        by_sender = codes.opens(secret, feedback.secret_hash)
        actor = None if by_sender else callers.actor_id(context)
        deciding.Reopen().run(feedback, actor, text=data_dict.get("text"))
    return showing.brief(feedback)


@tk.side_effect_free
@validate(schema.feedback_inbox_list)
def sonla_feedback_inbox_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List what the caller's agency handles or was asked, the shortest time first.

    Who reads everything gets every agency's. What is closed stands the newest first.

    :param state: only those in this state; `open` (the default), `closed`
    :param kind: only those of this kind
    :param only: `mine`, `overdue`, `waiting` (for the leader), `held` (by moderation)
    :param agency: only those that this agency handles, by name
    :param dataset_id: only those about this dataset
    :param after: what an earlier page's `next` said
    :param limit: how many, at most 1000
    :returns: `count`, `results`, `next`, if there are more, and `count_capped`: whether
        there are more than `count`, which ends at 1000 with `only` and `dataset_id`
    """
    tk.check_access("sonla_feedback_inbox_list", context, data_dict)
    return inbox.page(context, data_dict)


@tk.side_effect_free
@validate(schema.by_code)
def sonla_feedback_inbox_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return feedback with all that those who handle it know of it.

    :param code: the feedback's code
    :returns: its text; `sender`, for the agency that handles it and auditors; `notes`,
        `contributions`, `answers`, `rounds`; `attachment`: `name`, `size`, and whether
        it was `scanned`; `timeline`; `may`: the steps that the caller may take
    """
    tk.check_access("sonla_feedback_inbox_show", context, data_dict)
    return showing.whole(callers.get(data_dict["code"]), context.get("user"))
