"""Actions of who sends feedback, and of the operators who look at what is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.feedback.model import Feedback

from . import (
    creating,
    finding,
    forgetting,
    holding,
    limits,
    schema,
    similar,
    steps,
    supporting,
    told,
)

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@validate(schema.feedback_create)
def sonla_feedback_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Send feedback, without an account (article 9.1).

    :param kind: `publish_request`, `quality`, `availability`, `format`, `lawfulness`,
        `regulation_proposal` or `other`
    :param subject: what it is about, on one line
    :param text: the feedback
    :param dataset_id: id or name of a published dataset
    :param entry: code of an entry of the catalogue
    :param agency: name or id of an agency; with `entry` the provider that is meant
    :param resource_id: a file or table of the dataset
    :param row: number of a row of that table, as `_id`
    :param column: name of a column of that table
    :param name: the sender's, never public
    :param email: the sender's, never public; needed without `altcha`
    :param attachment: an image or a table, as a file of a form
    :param publish_text: whether the text may be public with the answer; by default true
    :param altcha: the proof of work for the challenge of `/feedback/challenge`
    :returns: `code`, `secret`, `due` (null until the address is confirmed), `state`,
        and `explain`, what `sonla_deadline_explain` is asked how `due` is counted
    """
    tk.check_access("sonla_feedback_create", context, data_dict)
    sent = creating.create(data_dict)
    model.Session.commit()
    return told.receipt(sent.feedback, sent.secret)


@validate(schema.feedback_confirm)
def sonla_feedback_confirm(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Confirm the sender's e-mail address: the days to answer begin (article 9.2).

    :param code: the feedback's code
    :param token: what the link in the mail ends in
    :returns: what the code tells
    """
    tk.check_access("sonla_feedback_confirm", context, data_dict)
    feedback = creating.confirm(data_dict["code"], data_dict["token"])
    model.Session.commit()
    return told.outline(feedback)


@validate(schema.feedback_support)
def sonla_feedback_support(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Support open feedback instead of sending the same; each person counts once.

    :param code: the feedback's code
    :param email: told once how it is answered, if the address is confirmed; needed
        without `altcha`
    :param altcha: the proof of work for the challenge of `/feedback/challenge`
    :returns: `code` and `supports`
    """
    tk.check_access("sonla_feedback_support", context, data_dict)
    feedback = supporting.support(data_dict)
    model.Session.commit()
    return {"code": feedback.code, "supports": feedback.supports}


@validate(schema.feedback_support_confirm)
def sonla_feedback_support_confirm(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Confirm a supporter's e-mail address.

    :param id: of the support
    :param token: what the link in the mail ends in
    :returns: `code` and `supports` of the feedback
    """
    tk.check_access("sonla_feedback_support_confirm", context, data_dict)
    feedback = supporting.confirm(data_dict["id"], data_dict["token"])
    model.Session.commit()
    return {"code": feedback.code, "supports": feedback.supports}


@tk.side_effect_free
@validate(schema.feedback_similar_list)
def sonla_feedback_similar_list(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """List open feedback like what somebody is about to send.

    :param kind: only of this kind
    :param dataset_id: about this dataset
    :param entry: about this entry of the catalogue
    :param subject: with at least two words in common with this subject
    :returns: `count` and `results`: `code`, `kind`, the object, dates, `state`,
        `supports`; never a word of a sender
    """
    tk.check_access("sonla_feedback_similar_list", context, data_dict)
    limits.softly("look")
    found = similar.like(data_dict)
    return {"count": len(found), "results": [similar.told(one) for one in found]}


@tk.side_effect_free
@validate(schema.feedback_track)
def sonla_feedback_track(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Show how feedback stands; with its secret, all that is kept of its sender.

    :param code: the feedback's code
    :param secret: of the receipt; by POST only, as addresses are written into logs
    :returns: kind, dates and state; with the secret subject, text, name, address too
    :raises ObjectNotFound: the code or the secret is wrong; it isn't said which
    """
    tk.check_access("sonla_feedback_track", context, data_dict)
    if not data_dict.get("secret"):
        return told.outline(finding.by_code(data_dict["code"]))
    if flask.has_request_context() and "secret" in flask.request.args:
        raise tk.ValidationError({"secret": [tk._("Send the secret by POST.")]})
    return told.whole(finding.by_secret(data_dict["code"], data_dict["secret"]))


@validate(schema.feedback_text_withdraw)
def sonla_feedback_text_withdraw(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Take the sender's words out of what the public reads; the answer stays.

    :param code: the feedback's code
    :param secret: of the receipt
    :returns: what the secret tells
    """
    tk.check_access("sonla_feedback_text_withdraw", context, data_dict)
    feedback = finding.by_secret(data_dict["code"], data_dict["secret"])
    forgetting.withdraw_text(feedback)
    model.Session.commit()
    return told.whole(feedback)


@validate(schema.feedback_erase)
def sonla_feedback_erase(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Erase who sent feedback; code, kind, object, dates and answer stay.

    :param code: the feedback's code
    :param secret: of the receipt; or, for an operator:
    :param decision: the decision by which it is erased
    :param what: `sender` (name, address, file), or `all`: subject and text too
    :returns: what the code tells
    """
    tk.check_access("sonla_feedback_erase", context, data_dict)
    if data_dict.get("secret"):
        feedback = finding.by_secret(data_dict["code"], data_dict["secret"])
        files = forgetting.erase(feedback, data_dict["what"])
    else:
        if not data_dict.get("decision"):
            raise tk.ValidationError(
                {"decision": [tk._("Give the decision, with its number")]}
            )
        feedback = finding.by_code(data_dict["code"])
        files = forgetting.erase(
            feedback,
            data_dict["what"],
            actor=context.get("user"),
            agency=None,
            decision=data_dict["decision"],
        )
    model.Session.commit()
    forgetting.remove(files)
    return told.outline(feedback)


@validate(schema.feedback_moderate)
def sonla_feedback_moderate(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Let the public read what was held, or set aside what is no feedback.

    Neither touches the clock. What was set aside is kept, and can be accepted later.

    :param code: the feedback's code
    :param decision: `accept` or `refuse`
    :param reason: why; needed to refuse, and its sender reads it
    :param alike: decide the same on up to 500 others that are held and say the same
    :returns: `code`, `state`, `moderation`, and on how `many` it was decided
    """
    tk.check_access("sonla_feedback_moderate", context, data_dict)
    if data_dict["decision"] == "refuse" and not data_dict.get("reason"):
        raise tk.ValidationError({"reason": [tk._("Say why; the sender reads it.")]})
    feedback = finding.by_code(data_dict["code"])
    step = steps.accept if data_dict["decision"] == "accept" else steps.set_aside
    same = holding.alike(feedback, step.sources) if data_dict.get("alike") else []
    for one in (feedback, *same):
        step.run(one, context.get("user"), reason=data_dict.get("reason"))
    model.Session.commit()
    return {
        "code": feedback.code,
        "state": feedback.state,
        "moderation": feedback.moderation,
        "many": 1 + len(same),
    }


@tk.side_effect_free
@validate(schema.feedback_held_list)
def sonla_feedback_held_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List what operators look at before the public reads it, the oldest first.

    :param limit: how many, at most 1000
    :param offset: after how many
    :returns: `count` and `results`, with `held_for` and the sender's words
    """
    tk.check_access("sonla_feedback_held_list", context, data_dict)
    held = sa.and_(Feedback.moderation == "held", Feedback.state != "unconfirmed")
    count = model.Session.scalar(sa.select(sa.func.count(Feedback.id)).where(held))
    page = sa.select(Feedback).where(held).order_by(Feedback.created, Feedback.id)
    page = page.limit(data_dict["limit"]).offset(data_dict["offset"])
    results = [
        {
            **told.outline(one),
            "subject": one.subject,
            "text": one.text,
            "held_for": one.held_for,
        }
        for one in model.Session.scalars(page)
    ]
    return {"count": count, "results": results}


__all__ = [
    "sonla_feedback_confirm",
    "sonla_feedback_create",
    "sonla_feedback_erase",
    "sonla_feedback_held_list",
    "sonla_feedback_moderate",
    "sonla_feedback_similar_list",
    "sonla_feedback_support",
    "sonla_feedback_support_confirm",
    "sonla_feedback_text_withdraw",
    "sonla_feedback_track",
]
