"""CKAN's own actions about members and agencies, with the portal's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckanext.sonla.shared import events, roles

from . import renaming
from .founding import founding, is_founding
from .model import publish_role_policy

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@tk.chained_action
def member_create(next_action: Any, context: Context, data_dict: DataDict) -> Any:
    """Appoint under the rules of the roles; the creator of an agency stays outside."""
    if data_dict.get("object_type") != "user":
        return next_action(context, data_dict)
    tk.check_access("member_create", context, data_dict)
    if is_founding() and data_dict.get("capacity") == "admin":
        return {}
    publish_role_policy()
    deferred: Context = {**context, "defer_commit": True}
    try:
        result = next_action(deferred, data_dict)
        _record("account.appointed", context, data_dict)
        if not context.get("defer_commit"):
            model.Session.commit()
    except tk.ValidationError:
        model.Session.rollback()
        raise
    return result


@tk.chained_action
def member_delete(next_action: Any, context: Context, data_dict: DataDict) -> Any:
    """Record who leaves an agency, in the transaction that CKAN's action commits."""
    tk.check_access("member_delete", context, data_dict)
    if data_dict.get("object_type") == "user":
        _record("account.removed", context, data_dict)
    return next_action(context, data_dict)


@tk.chained_action
def user_delete(next_action: Any, context: Context, data_dict: DataDict) -> Any:
    """Record whom an agency loses with an account, before CKAN lets it go."""
    tk.check_access("user_delete", context, data_dict)
    held = roles.appointment_of(data_dict.get("id"))
    if held is not None:
        _record(
            "account.removed",
            context,
            {
                "id": held.agency_id,
                "object": data_dict["id"],
                "capacity": held.role,
            },
        )
    return next_action(context, data_dict)


def _record(name: str, context: Context, data_dict: DataDict) -> None:
    agency = model.Group.get(data_dict.get("id"))
    account = model.User.get(data_dict.get("object"))
    if agency is None or account is None or not agency.is_organization:
        return
    events.record(
        name,
        object_type="agency",
        object_id=agency.id,
        actor=context.get("user"),
        public=False,
        persons={"account": account.name},
        account_role=data_dict.get("capacity"),
    )


@tk.chained_action
def organization_create(next_action: Any, context: Context, data_dict: DataDict) -> Any:
    """Create an agency without making its creator a member."""
    with founding():
        return next_action(context, data_dict)


@tk.chained_action
def group_create(next_action: Any, context: Context, data_dict: DataDict) -> Any:
    """Create a domain without making its creator a member."""
    with founding():
        return next_action(context, data_dict)


@tk.chained_action
def organization_update(next_action: Any, context: Context, data_dict: DataDict) -> Any:
    """Change an agency's texts; its accounts are not changed on the way.

    CKAN writes a `users` list straight into the members, without an event.
    """
    agency = model.Group.get(data_dict.get("id"))
    if agency is not None and data_dict.get("users") is not None:
        _keep_members(agency, data_dict["users"])
    return renaming.updated(next_action, context, data_dict)


@tk.chained_action
def group_update(next_action: Any, context: Context, data_dict: DataDict) -> Any:
    """Change a domain's names and texts, and what the index says of them."""
    return renaming.updated(next_action, context, data_dict)


def _keep_members(agency: model.Group, users: Any) -> None:
    wanted = set()
    for user in users if isinstance(users, list) else [None]:
        if not isinstance(user, dict):
            raise tk.ValidationError({"users": [tk._("Not a list of accounts")]})
        account = model.User.get(user.get("id") or user.get("name"))
        wanted.add((account.id if account else None, user.get("capacity")))
    members = model.Session.execute(
        sa.select(model.Member.table_id, model.Member.capacity).where(
            model.Member.group_id == agency.id,
            model.Member.table_name == "user",
            model.Member.state == model.State.ACTIVE,
        )
    )
    present = {(account_id, capacity) for account_id, capacity in members}
    if wanted != present:
        raise tk.ValidationError(
            {"users": [tk._("Accounts are appointed by sonla_agency_provision")]}
        )


@tk.chained_action
@tk.side_effect_free
def organization_show(next_action: Any, context: Context, data_dict: DataDict) -> Any:
    """Show an agency; its accounts only to those who may know persons."""
    shown = next_action(context, data_dict)
    if "users" in shown and not _sees_persons(context, shown["id"]):
        shown["users"] = []
    return shown


@tk.chained_action
@tk.side_effect_free
def member_list(next_action: Any, context: Context, data_dict: DataDict) -> Any:
    """List members; an agency's accounts only to those who may know persons."""
    found = next_action(context, data_dict)
    agency = model.Group.get(data_dict.get("id"))
    if (
        agency is None
        or not agency.is_organization
        or _sees_persons(context, agency.id)
    ):
        return found
    return [member for member in found if member[1] != "user"]


@tk.chained_action
@tk.side_effect_free
def member_roles_list(next_action: Any, context: Context, data_dict: DataDict) -> Any:
    """List the roles of agencies, or CKAN's own for domains."""
    of_agencies = data_dict.get("group_type", "organization") == "organization"
    return [
        role
        for role in next_action(context, data_dict)
        if (role["value"] in roles.ROLES) == of_agencies
    ]


def _sees_persons(context: Context, agency_id: str) -> bool:
    """Tell whether the caller may know which persons hold an agency's accounts.

    Answers to strangers name offices, never persons.
    """
    user = context.get("user")
    if context.get("ignore_auth") or authz.is_sysadmin(user):
        return True
    held = roles.appointment_of(user)
    return held is not None and (
        held.role in (roles.OPERATOR, roles.AUDITOR) or held.agency_id == agency_id
    )
