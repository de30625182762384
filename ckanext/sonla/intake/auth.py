"""Who sees and repeats a load: those who may work on the dataset or decide on it.

A load tells of drafts, so readers of the public dataset don't see it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckanext.sonla.shared import roles

from .model import RejectedFile

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context

EVERYWHERE = (roles.OPERATOR, roles.AUDITOR)


def sonla_load_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The dataset's agency, operators and auditors."""
    resource = model.Resource.get(data_dict["resource_id"])
    if resource is None:
        raise tk.ObjectNotFound(tk._("Resource not found"))
    return _seen(context, model.Package.get(resource.package_id))


def sonla_load_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The dataset's agency, operators and auditors."""
    package = model.Package.get(data_dict["package_id"])
    if package is None:
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    return _seen(context, package)


def sonla_load_retry(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Who may edit the resource."""
    given = {"id": data_dict["resource_id"]}
    return authz.is_authorized("resource_update", context, given)


def sonla_intake_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The dataset's agency, operators and auditors: it shows what the file holds."""
    return sonla_load_show(context, data_dict)


def sonla_intake_choose(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Who may edit the resource."""
    return sonla_load_retry(context, data_dict)


def sonla_intake_spread(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Who may edit the resource; the new ones are asked for one by one."""
    return sonla_load_retry(context, data_dict)


def sonla_rejected_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The dataset's agency, operators and auditors."""
    return sonla_load_list(context, data_dict)


def sonla_rejected_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The agency whose file it was, operators and auditors."""
    found = model.Session.get(RejectedFile, data_dict["id"])
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such file."))
    held = roles.appointment_of(context.get("user"))
    if held is None:
        return {"success": False}
    return {"success": held.role in EVERYWHERE or held.agency_id == found.agency_id}


def _seen(context: Context, package: model.Package | None) -> AuthResult:
    held = roles.appointment_of(context.get("user"))
    if package is None or held is None:
        may_edit = package is not None and authz.is_authorized_boolean(
            "package_update", context, {"id": package.id}
        )
        return {"success": may_edit}
    return {"success": held.role in EVERYWHERE or held.agency_id == package.owner_org}


def sonla_table_infer(context: Context, _data: dict[str, Any]) -> AuthResult:
    """Whoever holds a role: reading a file costs the portal something."""
    return {"success": roles.appointment_of(context.get("user")) is not None}


def sonla_table_try(context: Context, data: dict[str, Any]) -> AuthResult:
    """Whoever holds a role, as above."""
    return sonla_table_infer(context, data)
