"""Who may end, suspend or confirm what is published.

The agency's officer declares and her leader decides; the operator takes down and
restores. A sysadmin is the technical account and does none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckanext.sonla.approval.callers import caller_of, revision_or_404
from ckanext.sonla.approval.drafting.opening import dataset_or_404
from ckanext.sonla.approval.permitting import act_in
from ckanext.sonla.shared.roles import OPERATOR

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict


@tk.auth_sysadmins_check
def sonla_no_change_confirm(context: Context, data_dict: DataDict) -> AuthResult:
    return _declare(context, data_dict)


@tk.auth_sysadmins_check
def sonla_dataset_retire(context: Context, data_dict: DataDict) -> AuthResult:
    return _declare(context, data_dict)


def _declare(context: Context, data_dict: DataDict) -> AuthResult:
    package = dataset_or_404(data_dict["dataset_id"])
    return act_in(context, package.owner_org or "", "declare")


@tk.auth_sysadmins_check
def sonla_dataset_take_down(context: Context, data_dict: DataDict) -> AuthResult:
    return _operate(context, data_dict)


@tk.auth_sysadmins_check
def sonla_dataset_restore(context: Context, data_dict: DataDict) -> AuthResult:
    return _operate(context, data_dict)


@tk.auth_sysadmins_check
def sonla_take_down_answer(context: Context, data_dict: DataDict) -> AuthResult:
    package = dataset_or_404(data_dict["dataset_id"])
    return act_in(context, package.owner_org or "", "answer")


@tk.auth_allow_anonymous_access
def sonla_take_down_list(
    context: Context,  # noqa: ARG001 - CKAN passes it
    data_dict: DataDict,  # noqa: ARG001 - CKAN passes it
) -> AuthResult:
    """Everybody may read what was taken down, and why."""
    return {"success": True}


def _operate(context: Context, data_dict: DataDict) -> AuthResult:
    dataset_or_404(data_dict["dataset_id"])
    return _operator_only(context)


def _operator_only(context: Context) -> AuthResult:
    held = caller_of(context)
    if held and held.role == OPERATOR:
        return {"success": True}
    return {"success": False, "msg": tk._("Only an operator may do this")}


@tk.auth_sysadmins_check
def sonla_revision_erase(context: Context, data_dict: DataDict) -> AuthResult:
    revision_or_404(data_dict["id"])
    return _operator_only(context)
