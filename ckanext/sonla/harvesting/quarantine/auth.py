"""Who takes part in the correction loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.harvesting import permissions

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict

__all__ = ("sonla_quarantine_export", "sonla_quarantine_retry")


def _agency(data: DataDict) -> str | None:
    package = model.Package.get(data.get("source_id"))
    return package.owner_org if package and package.type == "harvest" else None


@tk.auth_sysadmins_check
def sonla_quarantine_export(context: Context, data: DataDict) -> AuthResult:
    """Who is shown the source's configuration is shown its rows."""
    if permissions.sees(context.get("user"), _agency(data)):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("Only the source's agency and the operating office see this."),
    }


@tk.auth_sysadmins_check
def sonla_quarantine_retry(context: Context, data: DataDict) -> AuthResult:
    """The agency's officer compiles its data (article 8.3); operators help out."""
    if permissions.may(context.get("user"), "change", _agency(data)):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("Only the agency's officer or an operator changes this."),
    }
