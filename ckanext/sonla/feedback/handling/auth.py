"""Who may handle feedback: every function reads the tables in `permissions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckanext.sonla.feedback import callers, codes, people
from ckanext.sonla.feedback.permissions import may, may_as_handler, reads_all
from ckanext.sonla.shared import roles

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict
    from ckanext.sonla.feedback.model import Feedback


def _as_handler(context: Context, data: DataDict, what: str) -> AuthResult:
    feedback = callers.get(data.get("code"))
    return roles.verdict(
        may_as_handler(context.get("user"), what, feedback.handler_id),
        tk._("Only the leader of the agency that handles the feedback may do this.")
        if what == "decide"
        else tk._("Only the agency that handles the feedback may do this."),
    )


def _refused(sentence: str) -> AuthResult:
    return {"success": False, "msg": sentence}


@tk.auth_sysadmins_check
def sonla_feedback_assign(context: Context, data: DataDict) -> AuthResult:
    """Officers and leaders of the agency assign."""
    return _as_handler(context, data, "assign")


@tk.auth_sysadmins_check
def sonla_feedback_resume(context: Context, data: DataDict) -> AuthResult:
    """The agency's officers handle."""
    return _as_handler(context, data, "handle")


@tk.auth_sysadmins_check
def sonla_feedback_pause(context: Context, data: DataDict) -> AuthResult:
    """The agency's officers handle."""
    return _as_handler(context, data, "handle")


@tk.auth_sysadmins_check
def sonla_feedback_coordinate(context: Context, data: DataDict) -> AuthResult:
    """The agency's officers ask other agencies (article 9.2)."""
    return _as_handler(context, data, "handle")


@tk.auth_sysadmins_check
def sonla_feedback_contribute(context: Context, data: DataDict) -> AuthResult:
    """Officers of the agency that was asked answer it."""
    feedback = callers.get(data.get("code"))
    if people.contributes_to(context.get("user"), "contribute", feedback.id):
        return {"success": True}
    return _refused(tk._("Only an agency that was asked contributes."))


@tk.auth_sysadmins_check
def sonla_feedback_forward(context: Context, data: DataDict) -> AuthResult:
    """Operators forward, and the officers of the agency that it came to."""
    if may(context.get("user"), "forward"):
        return {"success": True}
    return _as_handler(context, data, "handle")


@tk.auth_sysadmins_check
def sonla_feedback_note(context: Context, data: DataDict) -> AuthResult:
    """Who handles, who was asked and the operators leave notes."""
    user, feedback = context.get("user"), callers.get(data.get("code"))
    if may(user, "forward") or people.contributes_to(user, "note", feedback.id):
        return {"success": True}
    return _as_handler(context, data, "note")


@tk.auth_sysadmins_check
def sonla_feedback_answer_submit(context: Context, data: DataDict) -> AuthResult:
    """The agency's officers propose the answer."""
    return _as_handler(context, data, "handle")


@tk.auth_sysadmins_check
def sonla_feedback_reject(context: Context, data: DataDict) -> AuthResult:
    """Declining is an answer too: officers propose it."""
    return _as_handler(context, data, "handle")


@tk.auth_sysadmins_check
def sonla_feedback_answer_approve(context: Context, data: DataDict) -> AuthResult:
    """The agency's leader approves, or who stands in for her (article 8.3)."""
    return _as_handler(context, data, "decide")


@tk.auth_sysadmins_check
def sonla_feedback_answer_return(context: Context, data: DataDict) -> AuthResult:
    """The agency's leader returns, or who stands in for her (article 8.3)."""
    return _as_handler(context, data, "decide")


@tk.auth_allow_anonymous_access
@tk.auth_sysadmins_check
def sonla_feedback_reopen(context: Context, data: DataDict) -> AuthResult:
    """Who has the secret of it reopens, the agency and the operators."""
    user, secret = context.get("user"), data.get("secret")
    refused = _refused(
        tk._("Feedback is reopened by its secret, its agency or an operator.")
    )
    # Nobody learns here which codes there are.
    if not user and not secret:
        return refused
    feedback = callers.get(data.get("code"))
    if secret and codes.opens(secret, feedback.secret_hash):
        return {"success": True}
    if may(user, "forward") or may_as_handler(user, "handle", feedback.handler_id):
        return {"success": True}
    return refused


@tk.auth_sysadmins_check
def sonla_feedback_saved_answer_list(context: Context, _data: DataDict) -> AuthResult:
    """Who drafts answers reads those that the agency saved."""
    return _drafts(context)


@tk.auth_sysadmins_check
def sonla_feedback_saved_answer_create(context: Context, _data: DataDict) -> AuthResult:
    """Who drafts answers saves them for the agency."""
    return _drafts(context)


@tk.auth_sysadmins_check
def sonla_feedback_saved_answer_delete(context: Context, _data: DataDict) -> AuthResult:
    """Who drafts answers deletes what the agency saved."""
    return _drafts(context)


def _drafts(context: Context) -> AuthResult:
    user = context.get("user")
    held = roles.appointment_of(user)
    if held is not None and people.handles_in(user, held.agency_id):
        return {"success": True}
    return _refused(tk._("This is for those who draft the agency's answers."))


def sonla_feedback_inbox_list(context: Context, _data: DataDict) -> AuthResult:
    """The agencies' accounts; the action leaves out what is others'."""
    user = context.get("user")
    if reads_all(user) or people.agencies_of(user):
        return {"success": True}
    return _refused(tk._("This is for the agencies' accounts."))


def sonla_feedback_inbox_show(context: Context, data: DataDict) -> AuthResult:
    """Who handles it, who was asked, and who reads everything."""
    user, feedback = context.get("user"), callers.get(data.get("code"))
    if reads_all(user) or _reads(user, feedback):
        return {"success": True}
    return _refused(tk._("Only the agency that handles the feedback may do this."))


def _reads(user: str | None, feedback: Feedback) -> bool:
    return may_as_handler(user, "read", feedback.handler_id) or bool(
        people.contributes_to(user, "read", feedback.id)
    )
