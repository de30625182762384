"""Suspending an account and bringing it back."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import events, roles

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
