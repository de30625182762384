"""Who may do what with agencies, domains and their accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import policy, roles

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict

_FOR_THE_OFFICE = (roles.OPERATOR, roles.AUDITOR)


def sonla_agency_provision(context: Context, data_dict: DataDict) -> AuthResult:
    """Operators provision agencies; the operating office's accounts are no theirs.

    Otherwise an operator could appoint the leader who approves what operators do.
    """
    agency = data_dict.get("agency")
    name = agency.get("name") if isinstance(agency, dict) else agency
    group = model.Group.get(name) if name else None
    for_the_office = any(data_dict.get(role) for role in _FOR_THE_OFFICE) or (
        group.name if group else name
    ) == policy.text("operating_office")
    if for_the_office:
        return {
            "success": False,
            "msg": tk._(
                "Only the technical account appoints the operating office's accounts"
            ),
        }
    return _operator(context)


def sonla_agency_import(context: Context, _data: DataDict) -> AuthResult:
    """Operators provision agencies from a file."""
    return _operator(context)


def sonla_agency_import_confirm(context: Context, _data: DataDict) -> AuthResult:
    """Operators provision agencies from a file."""
    return _operator(context)


def sonla_account_suspend(context: Context, data_dict: DataDict) -> AuthResult:
    """Operators suspend agencies' accounts, not the technical or their office's."""
    return _over_account(context, data_dict)


def sonla_account_restore(context: Context, data_dict: DataDict) -> AuthResult:
    """Operators restore agencies' accounts."""
    return _over_account(context, data_dict)


def sonla_account_hand_over(context: Context, data_dict: DataDict) -> AuthResult:
    """Operators record a hand-over; their own office's is the technical account's."""
    return _over_account(context, data_dict)


def sonla_account_invite(context: Context, _data: DataDict) -> AuthResult:
    """Operators make accounts that hold no role yet."""
    return _operator(context)


def sonla_account_list(context: Context, _data: DataDict) -> AuthResult:
    """Persons are for operators and auditors."""
    held = roles.appointment_of(context.get("user"))
    if held is not None and held.role in _FOR_THE_OFFICE:
        return {"success": True}
    return {"success": False, "msg": tk._("Accounts are not public")}


def _over_account(context: Context, data_dict: DataDict) -> AuthResult:
    account = model.User.get(data_dict.get("account"))
    if account is not None:
        office = model.Group.get(policy.text("operating_office"))
        in_office = office is not None and office.id in account.get_group_ids()
        if account.sysadmin or in_office:
            return {
                "success": False,
                "msg": tk._("Only the technical account may change this account"),
            }
    return _operator(context)


def _operator(context: Context) -> AuthResult:
    sentence = tk._("Only an operator of the portal may do this")
    return roles.verdict(roles.holds(context.get("user"), roles.OPERATOR), sentence)


def _operators_too(
    next_auth: Any, context: Context, data_dict: DataDict | None
) -> AuthResult:
    if roles.holds(context.get("user"), roles.OPERATOR):
        return {"success": True}
    return next_auth(context, data_dict)


@tk.chained_auth_function
def organization_create(
    next_auth: Any, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Operators create agencies."""
    return _operators_too(next_auth, context, data_dict)


@tk.chained_auth_function
def organization_update(
    next_auth: Any, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Operators keep the agencies' names and texts."""
    return _operators_too(next_auth, context, data_dict)


@tk.chained_auth_function
def group_create(
    next_auth: Any, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Operators create domains."""
    return _operators_too(next_auth, context, data_dict)


@tk.chained_auth_function
def group_update(
    next_auth: Any, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Operators keep the domains' names and texts."""
    return _operators_too(next_auth, context, data_dict)


@tk.chained_auth_function
@tk.auth_allow_anonymous_access
def package_show(
    next_auth: Any, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Auditors read every dataset, drafts included."""
    answer = next_auth(context, data_dict)
    if answer["success"] or not roles.holds(context.get("user"), roles.AUDITOR):
        return answer
    return {"success": True}


@tk.chained_auth_function
def group_change_state(
    next_auth: Any, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Closing an agency or a domain is a decision, not an operator's edit."""
    if roles.holds(context.get("user"), roles.OPERATOR):
        return {
            "success": False,
            "msg": tk._("Operators neither close nor open agencies and domains here"),
        }
    return next_auth(context, data_dict)


@tk.chained_auth_function
@tk.auth_allow_anonymous_access
def group_show(
    next_auth: Any, context: Context, data_dict: DataDict | None
) -> AuthResult:
    """Operators and auditors see who holds the accounts of every agency."""
    answer = next_auth(context, data_dict)
    held = roles.appointment_of(context.get("user")) if not answer["success"] else None
    if held is not None and held.role in _FOR_THE_OFFICE:
        return {"success": True}
    return answer
