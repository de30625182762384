"""Who may send (everybody), and who may look at what is held (operators)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckanext.sonla.feedback import permissions
from ckanext.sonla.shared import roles

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def sonla_feedback_create(_context: Context, _data: DataDict) -> AuthResult:
    """Anybody sends feedback (article 9.1)."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_feedback_confirm(_context: Context, _data: DataDict) -> AuthResult:
    """Whoever has the link; the action looks at it."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_feedback_support(_context: Context, _data: DataDict) -> AuthResult:
    """Anybody supports feedback."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_feedback_support_confirm(_context: Context, _data: DataDict) -> AuthResult:
    """Whoever has the link; the action looks at it."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_feedback_similar_list(_context: Context, _data: DataDict) -> AuthResult:
    """Anybody reads which open feedback there is; the action tells no words."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_feedback_track(_context: Context, _data: DataDict) -> AuthResult:
    """Whoever has the code; more tells the secret, which the action looks at."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_feedback_text_withdraw(_context: Context, _data: DataDict) -> AuthResult:
    """Whoever has the secret, which the action looks at."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_feedback_erase(context: Context, data: DataDict) -> AuthResult:
    """Whoever has the secret, which the action looks at; else an operator."""
    if data.get("secret"):
        return {"success": True}
    return _operator(context)


@tk.auth_sysadmins_check
def sonla_feedback_moderate(context: Context, _data: DataDict) -> AuthResult:
    """Operators look at what is held."""
    return _operator(context)


def sonla_feedback_held_list(context: Context, _data: DataDict) -> AuthResult:
    """Operators look at what is held."""
    return _operator(context)


def _operator(context: Context) -> AuthResult:
    sentence = tk._("Only an operator of the portal may do this")
    return roles.verdict(permissions.may(context.get("user"), "moderate"), sentence)
