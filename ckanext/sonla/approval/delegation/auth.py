"""Who names a delegate, and who reads an approval dossier.

A leader names her delegate herself, or an operator records a decision.

An operator names nobody for her own office: its leader approves what operators do, so
there the technical account records the decision, as it appoints that leader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckanext.sonla.shared import policy, roles

from .delegating import agency_for, delegation_or_404

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict


@tk.auth_sysadmins_check
def sonla_delegation_create(context: Context, data_dict: DataDict) -> AuthResult:
    agency = agency_for(context, data_dict.get("agency"))
    return _answers_for(context, agency.id, agency.name)


@tk.auth_sysadmins_check
def sonla_delegation_revoke(context: Context, data_dict: DataDict) -> AuthResult:
    agency = model.Group.get(delegation_or_404(data_dict["id"]).agency_id)
    assert agency is not None  # noqa: S101 - agencies are never purged
    return _answers_for(context, agency.id, agency.name)


@tk.auth_allow_anonymous_access
def sonla_delegation_list(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone may ask; the answer names offices to strangers."""
    return {"success": True}


def sonla_dossier_show(context: Context, _data: DataDict) -> AuthResult:
    """Auditors and operators: a dossier names persons."""
    held = roles.appointment_of(context.get("user"))
    if held is not None and held.role in (roles.AUDITOR, roles.OPERATOR):
        return {"success": True}
    return {"success": False, "msg": tk._("Dossiers are for auditors")}


def _answers_for(context: Context, agency_id: str, agency_name: str) -> AuthResult:
    user = context.get("user")
    of_the_office = agency_name == policy.text("operating_office")
    recorder = (
        authz.is_sysadmin(user) if of_the_office else roles.holds(user, roles.OPERATOR)
    )
    if recorder or roles.holds(user, roles.LEADER, agency_id):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("Only the agency's leader or an operator names a delegate"),
    }
