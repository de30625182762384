"""An agency and its accounts, made in one transaction and recorded with the decision.

Article 5.2: every agency that takes part gets an officer's and a leader's account;
article 8.2: the head of the agency names who holds them.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import mailer
from ckanext.sonla.shared import events, roles
from ckanext.sonla.shared.mail import outbox

from . import mails
from .model import publish_role_policy

if TYPE_CHECKING:
    from ckan.types import Context

# The lock of the trigger on `member`: two people at once take turns from here on.
APPOINTMENT_LOCK = 7820002


@contextmanager
def in_turn():
    """Take turns with others who appoint, and undo everything on a refusal."""
    try:
        model.Session.execute(
            sa.select(sa.func.pg_advisory_xact_lock(APPOINTMENT_LOCK))
        )
        publish_role_policy()
        yield
    except IntegrityError as error:
        model.Session.rollback()
        raise tk.ValidationError(
            {"agency": [tk._("Somebody made the same name just now; try again")]}
        ) from error
    except Exception:
        model.Session.rollback()
        raise


def actor_of(context: Context) -> str:
    """Return who acts: the caller, or the site itself when code calls as nobody."""
    return (
        context.get("user")
        or tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    )


def by_decision(decision: Any) -> None:
    """Name, for the rest of the transaction, the decision by which it appoints.

    The trigger on `member` refuses an appointment without one, whoever writes it.
    """
    text = decision["number"] if isinstance(decision, dict) else str(decision)
    model.Session.execute(sa.select(sa.func.set_config("sonla.decision", text, True)))


def provision(actor: str, data: dict[str, Any]) -> dict[str, Any]:
    """Make what is missing of an agency and its accounts; the caller commits.

    Args:
        actor: the account that provisions.
        data: what `schema.agency_provision` gives.

    Returns:
        The agency, the accounts with what was done, and the event's id.
    """
    by_decision(data["decision"])
    agency, is_new = _agency(actor, data["agency"])
    accounts = [
        _account(actor, agency, role, data[role])
        for role in roles.ROLES
        if data.get(role)
    ]
    event = events.record(
        "agency.provisioned",
        object_type="agency",
        object_id=agency.id,
        actor=actor,
        persons={account["role"]: account["name"] for account in accounts},
        decision=data["decision"],
        created=is_new,
        name=agency.name,
        title=agency.title,
        roles=[account["role"] for account in accounts],
    )
    return {
        "agency": {"id": agency.id, "name": agency.name, "title": agency.title},
        "created": is_new,
        "accounts": accounts,
        "event_id": event.id,
    }


def _agency(actor: str, fields: dict[str, Any]) -> tuple[model.Group, bool]:
    found = model.Group.get(fields["name"])
    if found is not None:
        if not found.is_organization or found.state != model.State.ACTIVE:
            raise tk.ValidationError(
                {"agency_name": [tk._("Something else bears this name")]}
            )
        return found, False
    context: Context = {"user": actor, "ignore_auth": True, "defer_commit": True}
    with _prefixed("agency"):
        made = tk.get_action("organization_create")(
            context, {**fields, "type": "organization", "state": "active"}
        )
    agency = model.Group.get(made["id"])
    assert agency is not None  # noqa: S101 - it was made a line above
    return agency, True


def _account(
    actor: str, agency: model.Group, role: str, fields: dict[str, str]
) -> dict[str, Any]:
    account, is_new = account_for(actor, agency, role, fields, prefix=role)
    appoint(account, agency, role, prefix=role)
    is_invited = is_new and "password" not in fields
    if is_invited:
        invite(account, role, agency)
    return described(account, role, is_new=is_new, is_invited=is_invited)


def account_for(
    actor: str, agency: model.Group, role: str, fields: dict[str, str], *, prefix: str
) -> tuple[model.User, bool]:
    """Return the account that some fields name, and whether it was made just now.

    Args:
        actor: who makes it.
        agency: the agency that it is for.
        role: the role that it is for.
        fields: `name`, and for a new one `email`, `fullname`, perhaps `password`.
        prefix: what the fields are called in the form, such as `officer`.
    """
    account = model.User.get(fields["name"])
    if account is None:
        return make_account(actor, prefix, fields), True
    _same_person(account, agency, role, fields, prefix)
    return account, False


def invite(account: model.User, role: str, agency: model.Group) -> None:
    """Send a link, good for one time, by which the account chooses its password."""
    account.reset_key = mailer.make_key()
    outbox.put(mails.invitation(account, role, agency))


def described(
    account: model.User, role: str, *, is_new: bool, is_invited: bool
) -> dict[str, Any]:
    """Return what became of an account."""
    return {
        "role": role,
        "id": account.id,
        "name": account.name,
        "created": is_new,
        "invited": is_invited,
    }


def make_account(actor: str, prefix: str, fields: dict[str, str]) -> model.User:
    """Make an account; without a password it can't log in before it chose one."""
    context: Context = {"user": actor, "ignore_auth": True, "defer_commit": True}
    given = dict(fields)
    if "password" not in given:
        # Nobody learns this one; the invitation's link sets another.
        given["password"] = secrets.token_urlsafe(32)
    with _prefixed(prefix):
        made = tk.get_action("user_create")(context, given)
    account = model.User.get(made["id"])
    assert account is not None  # noqa: S101 - it was made a line above
    if "password" not in fields:
        account.state = model.State.PENDING
    return account


def _same_person(
    account: model.User,
    agency: model.Group,
    role: str,
    fields: dict[str, str],
    prefix: str,
) -> None:
    """An account that exists is appointed as it is: nobody takes it over by this.

    Asked again for what is done already, nothing changes, its password neither.
    """
    email = fields.get("email")
    is_done = roles.holds(account.id, role, agency.id)
    if account.sysadmin or account.state == model.State.DELETED:
        raise tk.ValidationError(
            {f"{prefix}_name": [tk._("This account can't be appointed")]}
        )
    if ("password" in fields and not is_done) or (
        email and email.casefold() != (account.email or "").casefold()
    ):
        raise tk.ValidationError(
            {f"{prefix}_name": [tk._("Another account already bears this name")]}
        )


def appoint(
    account: model.User, agency: model.Group, role: str, *, prefix: str
) -> None:
    """Make an account hold a role; the database refuses what the rules forbid."""
    member = model.Session.scalar(
        sa.select(model.Member)
        .where(
            model.Member.table_name == "user",
            model.Member.table_id == account.id,
            model.Member.group_id == agency.id,
        )
        .order_by(model.Member.state)
        .limit(1)
    )
    if member is None:
        # The relation, and at once: CKAN's constructor lets go of a bare `group_id`.
        member = model.Member(table_name="user", table_id=account.id, group=agency)
    elif member.state == model.State.ACTIVE and member.capacity != role:
        raise tk.ValidationError(
            {f"{prefix}_name": [tk._("The account already holds a role in an agency")]}
        )
    member.capacity, member.state = role, model.State.ACTIVE
    model.Session.add(member)
    try:
        model.Session.flush()
    except tk.ValidationError as error:
        raise tk.ValidationError(
            {f"{prefix}_name": error.error_dict["role"]}
        ) from error


@contextmanager
def _prefixed(prefix: str):
    """Name the fields of an inner action as the form and the file name them."""
    try:
        yield
    except tk.ValidationError as error:
        raise tk.ValidationError(
            {
                f if f.startswith(f"{prefix}_") else f"{prefix}_{f}": messages
                for f, messages in error.error_dict.items()
            }
        ) from error
