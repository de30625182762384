"""Accounts: who holds which, suspending one, bringing it back, inviting a person."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import mailer
from ckanext.sonla.shared import clock, events, roles
from ckanext.sonla.shared.mail import outbox

from . import mails, provisioning
from .model import HandOver

# CKAN lets only `active` accounts in, by password, session and token alike.
SUSPENDED = "suspended"


def suspend(actor: str, name: str, reason: str) -> model.User:
    """Keep an account out; its place in the agency stays taken."""
    return _move(actor, name, reason, model.State.ACTIVE, SUSPENDED)


def restore(actor: str, name: str, reason: str) -> model.User:
    """Let a suspended account in again."""
    return _move(actor, name, reason, SUSPENDED, model.State.ACTIVE)


def _move(actor: str, name: str, reason: str, before: str, after: str) -> model.User:
    account = model.User.get(name)
    if account is None:
        raise tk.ObjectNotFound(tk._("There is no such account"))
    if account.state != before:
        raise tk.ValidationError(
            {"account": [tk._("The account is {state}").format(state=account.state)]}
        )
    held = roles.appointment_of(account.id)
    account.state = after
    events.record(
        "account.suspended" if after == SUSPENDED else "account.restored",
        object_type="account",
        object_id=account.id,
        actor=actor,
        public=False,
        persons={"account": account.name, "reason": reason},
        of_agency=held.agency_name if held else None,
    )
    return account


def invite(actor: str, data: dict[str, Any]) -> dict[str, Any]:
    """Make an account without a role, which its person is invited to."""
    fields = data["account"]
    if model.User.get(fields["name"]) is not None:
        raise tk.ValidationError(
            {"account_name": [tk._("Another account already bears this name")]}
        )
    account = provisioning.make_account(actor, "account", fields)
    is_invited = "password" not in fields
    if is_invited:
        account.reset_key = mailer.make_key()
        outbox.put(mails.invitation(account))
    events.record(
        "account.invited",
        object_type="account",
        object_id=account.id,
        actor=actor,
        public=False,
        persons={"account": account.name},
        decision=data["decision"],
    )
    return {"id": account.id, "name": account.name, "invited": is_invited}


def listed(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the accounts that hold a role, by agency."""
    leaving = sa.and_(HandOver.predecessor == model.User.id, HandOver.ended.is_(None))
    query = (
        sa.select(model.User, model.Member.capacity, model.Group, HandOver)
        .join(model.Member, model.Member.table_id == model.User.id)
        .join(model.Group, model.Group.id == model.Member.group_id)
        .outerjoin(HandOver, leaving)
        .where(
            model.Member.table_name == "user",
            model.Member.state == model.State.ACTIVE,
            model.Member.capacity.in_(roles.ROLES),
            model.Group.is_organization.is_(True),
        )
    )
    if "agency" in asked:
        query = query.where(
            sa.or_(
                model.Group.id == asked["agency"], model.Group.name == asked["agency"]
            )
        )
    if "role" in asked:
        query = query.where(model.Member.capacity == asked["role"])
    count = model.Session.scalar(
        sa.select(sa.func.count()).select_from(
            query.with_only_columns(model.User.id).subquery()
        )
    )
    page = query.order_by(model.Group.title, model.Member.capacity, model.User.name)
    rows = model.Session.execute(page.limit(asked["limit"]).offset(asked["offset"]))
    return {"count": count, "results": [_told(*row) for row in rows]}


def _told(
    account: model.User, role: str, agency: model.Group, leaving: HandOver | None
) -> dict[str, Any]:
    successor = model.User.get(leaving.successor) if leaving else None
    return {
        "id": account.id,
        "name": account.name,
        "fullname": account.fullname,
        "email": account.email,
        "state": account.state,
        "role": role,
        "agency": agency.name,
        "agency_title": agency.title,
        "hand_over": leaving
        and {
            "successor": successor.name if successor else None,
            "ends": clock.iso_z(leaving.ends),
        },
    }
