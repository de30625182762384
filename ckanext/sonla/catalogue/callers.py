"""Who calls: the account, its agency, and whether it may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckanext.sonla.shared import roles, standing_in

from .permissions import AGENCY_PERMISSIONS, PERMISSIONS, may, may_in

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict


def actor_id(context: Context) -> str:
    """Return the id of the account that calls.

    Raises:
        NotAuthorized: nobody is named, so nobody could be held to what is done.
    """
    user = model.User.get(context.get("user") or None)
    if user is None:
        raise tk.NotAuthorized(tk._("Log in to do this."))
    return user.id


def own_agency(context: Context) -> str | None:
    """Return the id of the caller's agency."""
    held = roles.appointment_of(context.get("user"))
    return held.agency_id if held else None


def agencies_of(context: Context) -> list[str]:
    """Return the ids of the caller's agency and of those whose leader she is now."""
    own = own_agency(context)
    elsewhere = standing_in.agencies_of(context.get("user"))
    return [*([own] if own else []), *elsewhere]


def agency_of(kind: type[Any], data: DataDict) -> str | None:
    """Return the agency of what an action is asked for; None if there is none such.

    Args:
        kind: a table with `agency_id`.
        data: what the action is asked, with its `id`.
    """
    found = model.Session.get(kind, data["id"]) if data.get("id") else None
    return found.agency_id if found else None


def reads_all(context: Context) -> bool:
    """Tell whether the caller reads every agency's affairs, not only its own's."""
    user = context.get("user")
    return bool(
        context.get("ignore_auth") or authz.is_sysadmin(user) or may(user, "read_all")
    )


def in_office(context: Context, what: str) -> AuthResult:
    """Allow what a role of the operating office may do."""
    if may(context.get("user"), what):
        return {"success": True}
    return _refused(PERMISSIONS[what], tk._("Only the operating office's {roles} may"))


def in_agency(context: Context, what: str, agency_id: str | None) -> AuthResult:
    """Allow what a role may do in an agency; without one, in the caller's own."""
    if may_in(context.get("user"), what, agency_id):
        return {"success": True}
    return _refused(AGENCY_PERMISSIONS[what], tk._("Only the agency's own {roles} may"))


def inside(context: Context) -> AuthResult:
    """Allow whoever has a role in some agency, or stands in for its leader."""
    if agencies_of(context):
        return {"success": True}
    return {"success": False, "msg": tk._("This is for the agencies' accounts.")}


def _refused(holders: tuple[str, ...], sentence: str) -> AuthResult:
    names = {
        roles.OFFICER: tk._("officer"),
        roles.LEADER: tk._("leader"),
        roles.OPERATOR: tk._("operator"),
        roles.AUDITOR: tk._("auditor"),
    }
    told = ", ".join(names[one] for one in holders)
    return {"success": False, "msg": sentence.format(roles=told) + "."}
