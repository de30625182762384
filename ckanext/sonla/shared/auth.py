"""Who may do what with the shared services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk

from . import roles

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def sonla_event_list(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone reads the log; the action leaves out what is not the caller's to see."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_deadline_explain(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone may ask how a deadline is counted."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_calendar_list(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone reads the calendar."""
    return {"success": True}


def sonla_calendar_set(context: Context, _data: DataDict) -> AuthResult:
    """Operators keep the calendar."""
    return _operator(
        context, tk._("Only an operator of the portal may change its calendar")
    )


def sonla_calendar_unset(context: Context, _data: DataDict) -> AuthResult:
    """Operators keep the calendar."""
    return _operator(
        context, tk._("Only an operator of the portal may change its calendar")
    )


def sonla_notice_preference_show(_context: Context, _data: DataDict) -> AuthResult:
    """Every account reads its own."""
    return {"success": True}


def sonla_notice_preference_update(_context: Context, _data: DataDict) -> AuthResult:
    """Every account chooses its own."""
    return {"success": True}


def sonla_outbox_show(context: Context, _data: DataDict) -> AuthResult:
    """Operators see the outbox."""
    return _operator(context, tk._("Only an operator sees the outbox"))


def sonla_outbox_resend(context: Context, _data: DataDict) -> AuthResult:
    """Operators let a notice go out again."""
    return _operator(context, tk._("Only an operator sees the outbox"))


def _operator(context: Context, sentence: str) -> AuthResult:
    return roles.verdict(roles.holds(context.get("user"), roles.OPERATOR), sentence)
