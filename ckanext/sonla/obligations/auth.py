"""Who may call what: every function reads the tables in `permissions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk

from .permissions import may, may_in

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def sonla_obligation_list(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone reads what is owed; the action keeps live delays inside."""
    return {"success": True}


@tk.auth_sysadmins_check
def sonla_obligation_excuse(context: Context, _data: DataDict) -> AuthResult:
    """Operators excuse; even the technical account keeps out."""
    return _excuses(context)


@tk.auth_sysadmins_check
def sonla_obligation_excuse_withdraw(context: Context, _data: DataDict) -> AuthResult:
    """Who excuses may take it back."""
    return _excuses(context)


@tk.auth_sysadmins_check
def sonla_obligation_remind(context: Context, _data: DataDict) -> AuthResult:
    """Operators urge agencies (article 5.1)."""
    if may(context.get("user"), "remind"):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("Only an operator of the portal reminds agencies."),
    }


def _excuses(context: Context) -> AuthResult:
    if may(context.get("user"), "excuse"):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("Only an operator of the portal excuses an obligation."),
    }


@tk.auth_sysadmins_check
def sonla_change_declare(context: Context, data: DataDict) -> AuthResult:
    """The agency's own officer or leader says that its data has changed."""
    if may_in(context.get("user"), "declare", data.get("agency_id") or ""):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("Only the agency's officer or leader declares a change."),
    }
