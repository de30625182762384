"""Who may call what: every function reads the tables in `permissions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model

from . import permissions
from .runs import stopping

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict

SOURCE = "harvest"


def _agency_of(data: DataDict) -> str | None:
    package = model.Package.get(data.get("source_id") or data.get("id"))
    return package.owner_org if package and package.type == SOURCE else None


@tk.auth_sysadmins_check
def sonla_harvest_test(context: Context, data: DataDict) -> AuthResult:
    """The operator, and the owning agency's officer and leader, try a source."""
    if permissions.may(context.get("user"), "try", _agency_of(data)):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("Only the agency's officer or leader, or an operator, tries this."),
    }


@tk.auth_sysadmins_check
def sonla_harvest_preview(context: Context, data: DataDict) -> AuthResult:
    """Who may try a source may look at its first rows."""
    return sonla_harvest_test(context, data)


@tk.auth_sysadmins_check
def sonla_harvest_ask(context: Context, data: DataDict) -> AuthResult:
    """Who may change a source asks for its approval."""
    if permissions.may(context.get("user"), "change", _agency_of(data)):
        return {"success": True}
    msg = tk._("Only the agency's officer or an operator changes this.")
    return {"success": False, "msg": msg}


@tk.auth_sysadmins_check
def sonla_harvest_approve(context: Context, data: DataDict) -> AuthResult:
    """The agency's leader approves; no operator and no technical account does."""
    if permissions.may(context.get("user"), "approve", _agency_of(data)):
        return {"success": True}
    return {"success": False, "msg": tk._("Only the agency's leader decides this.")}


@tk.auth_sysadmins_check
def sonla_harvest_revoke(context: Context, data: DataDict) -> AuthResult:
    """The agency's leader takes her approval back; operators stop a source."""
    if permissions.may(context.get("user"), "revoke", _agency_of(data)):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("Only the agency's leader or an operator takes this back."),
    }


def _package(data: DataDict | None) -> Any:
    return model.Package.get((data or {}).get("id"))


def _for_sources(name: str) -> Any:
    @tk.chained_auth_function
    def auth(original: Any, context: Context, data: DataDict | None) -> AuthResult:
        package: Any = context.get("package") or model.Package.get(
            (data or {}).get("id")
        )
        is_source = package is not None and package.type == SOURCE
        agency = package.owner_org if package is not None else None
        what = "see" if name == "package_show" else "change"
        if is_source and permissions.may(context.get("user"), what, agency):
            return {"success": True}
        return original(context, data)

    auth.__name__ = name
    return auth


package_show = tk.auth_allow_anonymous_access(_for_sources("package_show"))
# CKAN asks the outermost function only whether it asks sysadmins too, as the seal does.
package_update = tk.auth_sysadmins_check(_for_sources("package_update"))


@tk.chained_auth_function
def package_create(
    original: Any, context: Context, data: DataDict | None
) -> AuthResult:
    """Operators make sources for every agency."""
    is_source = (data or {}).get("type") == SOURCE
    agency = (data or {}).get("owner_org")
    if is_source and permissions.may(context.get("user"), "change", agency):
        return {"success": True}
    return original(context, data)


@tk.chained_auth_function
def harvest_job_abort(
    original: Any, context: Context, data: DataDict | None
) -> AuthResult:
    """The owning agency's officer and operators stop a run."""
    told = data or {}
    job = stopping.job_of(told.get("source_id") or told.get("id"))
    package = model.Package.get(job.source_id) if job is not None else None
    agency = package.owner_org if package else None
    if package and permissions.may(context.get("user"), "stop", agency):
        return {"success": True}
    return original(context, data)


@tk.chained_auth_function
def harvest_log_list(
    original: Any,  # noqa: ARG001 - the chain's
    context: Context,
    data: DataDict | None,  # noqa: ARG001 - the chain's
) -> AuthResult:
    """Operators and auditors read it; ckanext-harvest's own asks itself for ever."""
    return {"success": permissions.may(context.get("user"), "see", None)}


__all__ = (
    "harvest_job_abort",
    "harvest_log_list",
    "package_create",
    "package_show",
    "package_update",
    "sonla_harvest_approve",
    "sonla_harvest_ask",
    "sonla_harvest_preview",
    "sonla_harvest_revoke",
    "sonla_harvest_test",
)
