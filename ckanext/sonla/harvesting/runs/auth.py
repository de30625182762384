"""Who reads the ledger of a source: who is shown its configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.harvesting import permissions

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict

SOURCE = "harvest"


@tk.auth_sysadmins_check
def sonla_harvest_run_list(context: Context, data_dict: DataDict) -> AuthResult:
    """The agency's officer and leader, operators and auditors."""
    package = model.Package.get(data_dict.get("source_id"))
    agency = package.owner_org if package and package.type == SOURCE else None
    if permissions.sees(context.get("user"), agency):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("Only the source's agency and the operating office see this."),
    }


@tk.auth_sysadmins_check
def sonla_quarantine_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who reads the ledger reads the rows that broke a rule."""
    return sonla_harvest_run_list(context, data_dict)
