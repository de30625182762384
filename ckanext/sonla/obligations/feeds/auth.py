"""Who may have a calendar: the accounts of agencies, each its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckanext.sonla.obligations.permissions import reads_own

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict


@tk.auth_sysadmins_check
def sonla_deadline_feed_renew(context: Context, _data: DataDict) -> AuthResult:
    """Who has an agency whose deadlines these are."""
    return _own(context)


@tk.auth_sysadmins_check
def sonla_deadline_feed_end(context: Context, _data: DataDict) -> AuthResult:
    """Who may have one may end it."""
    return _own(context)


def _own(context: Context) -> AuthResult:
    if reads_own(context.get("user")):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("Only an agency's accounts have a calendar of its deadlines."),
    }
