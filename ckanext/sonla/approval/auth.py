"""Who may call the actions on revisions: the tables of `states`, asked for a caller.

A sysadmin is the technical account: she reads every revision and decides none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk

from . import states
from .callers import revision_or_404, sees
from .drafting.opening import dataset_or_404
from .lifecycle import serving
from .permitting import act_in

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict

    from .model import Revision


def _read(context: Context, revision: Revision) -> AuthResult:
    is_public = revision.state in states.PUBLIC and serving.is_served(
        revision.dataset_id
    )
    if is_public or sees(context, revision):
        return {"success": True}
    return {"success": False, "msg": tk._("This revision is not public")}


def _step(context: Context, data_dict: DataDict, what: str) -> AuthResult:
    return act_in(context, revision_or_404(data_dict["id"]).agency_id, what)


@tk.auth_allow_anonymous_access
def sonla_revision_show(context: Context, data_dict: DataDict) -> AuthResult:
    return _read(context, revision_or_404(data_dict["id"]))


@tk.auth_allow_anonymous_access
def sonla_revision_list(
    context: Context,  # noqa: ARG001 - CKAN passes it
    data_dict: DataDict,  # noqa: ARG001 - CKAN passes it
) -> AuthResult:
    """Everybody may ask; the answer holds what the caller may see."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_revision_diff(context: Context, data_dict: DataDict) -> AuthResult:
    return _read(context, revision_or_404(data_dict["id"]))


def sonla_revision_check(context: Context, data_dict: DataDict) -> AuthResult:
    revision = revision_or_404(data_dict["id"])
    if sees(context, revision):
        return {"success": True}
    return {"success": False, "msg": tk._("This revision is not public")}


@tk.auth_sysadmins_check
def sonla_revision_open(context: Context, data_dict: DataDict) -> AuthResult:
    package = dataset_or_404(data_dict["dataset_id"])
    return act_in(context, package.owner_org or "", "open")


@tk.auth_sysadmins_check
def sonla_revision_submit(context: Context, data_dict: DataDict) -> AuthResult:
    return _step(context, data_dict, "submit")


@tk.auth_sysadmins_check
def sonla_revision_withdraw(context: Context, data_dict: DataDict) -> AuthResult:
    return _step(context, data_dict, "withdraw")


@tk.auth_sysadmins_check
def sonla_revision_discard(context: Context, data_dict: DataDict) -> AuthResult:
    return _step(context, data_dict, "discard")


@tk.auth_sysadmins_check
def sonla_revision_return(context: Context, data_dict: DataDict) -> AuthResult:
    return _step(context, data_dict, "return")


@tk.auth_sysadmins_check
def sonla_revision_approve(context: Context, data_dict: DataDict) -> AuthResult:
    return _step(context, data_dict, "approve")


@tk.auth_sysadmins_check
def sonla_revision_approve_standing(
    context: Context,  # noqa: ARG001 - CKAN passes it
    data_dict: DataDict,  # noqa: ARG001 - CKAN passes it
) -> AuthResult:
    """Nobody: the portal does it for a run that a standing approval covers."""
    return {"success": False, "msg": tk._("The portal does this by itself.")}


@tk.auth_sysadmins_check
def sonla_revision_comment(context: Context, data_dict: DataDict) -> AuthResult:
    return _step(context, data_dict, "comment")


@tk.auth_sysadmins_check
def sonla_revision_mark_read(context: Context, data_dict: DataDict) -> AuthResult:
    return _step(context, data_dict, "approve")


@tk.auth_sysadmins_check
def sonla_revision_approve_several(
    context: Context,  # noqa: ARG001 - CKAN passes it
    data_dict: DataDict,  # noqa: ARG001 - CKAN passes it
) -> AuthResult:
    """Every account may ask; each revision is asked for by `sonla_revision_approve`."""
    return {"success": True}


@tk.auth_sysadmins_check
def sonla_revision_table_set(context: Context, data_dict: DataDict) -> AuthResult:
    return _step(context, data_dict, "update_tables")


@tk.chained_auth_function
def package_collaborator_list(
    next_auth: Any, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Refuse strangers in time: CKAN's own function fails without an account."""
    if not context.get("user"):
        return {"success": False}
    return next_auth(context, data_dict)
