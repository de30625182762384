"""Naming a delegate, ending a delegation early, and telling of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckanext.sonla.shared import clock, events, roles
from ckanext.sonla.shared.mail import outbox

from . import mails as delegation_mails
from .capacity import Delegation

if TYPE_CHECKING:
    from datetime import datetime

    from ckan.types import Context

# The lock of the trigger on `sonla_delegation`.
LOCK = 7820003


def agency_for(context: Context, name: str | None) -> model.Group:
    """Return the agency that a delegation is about: by default the caller's own."""
    held = roles.appointment_of(context.get("user"))
    agency = model.Group.get(name or (held.agency_id if held else None))
    if agency is None or not agency.is_organization or agency.state != "active":
        raise tk.ObjectNotFound(tk._("There is no such agency"))
    return agency


def create(context: Context, asked: dict[str, Any]) -> Delegation:
    """Name a delegate, in the caller's transaction."""
    agency = agency_for(context, asked.get("agency"))
    actor = model.User.get(context.get("user") or None)
    assert actor is not None  # noqa: S101 - the auth function let her through
    starts, ends = _days(asked)
    delegate = _delegate(context, asked)
    leaders = roles.holders_of(roles.LEADER, agency.id)
    by_leader = actor.id in leaders
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    _refuse_the_unfit(delegate, agency, by_leader=by_leader)
    _refuse_overlap(agency, starts, ends)
    absent = actor.id if by_leader else (leaders[0] if leaders else None)
    delegation = Delegation(
        agency_id=agency.id,
        delegate=delegate.id,
        on_behalf_of=absent,
        decision=asked["decision"],
        starts=starts,
        ends=ends,
        recorded_by=actor.id,
    )
    model.Session.add(delegation)
    model.Session.flush()
    _tell("delegation.created", delegation, actor.id)
    return delegation


def _delegate(context: Context, asked: dict[str, Any]) -> model.User:
    given = asked["delegate"]
    account = model.User.get(given["name"])
    if account is None:
        if set(given) == {"name"}:
            raise tk.ValidationError({"delegate": [tk._("There is no such account")]})
        # As nobody's client: who may name a delegate may have the account made.
        made = tk.get_action("sonla_account_invite")(
            {
                "user": context.get("user", ""),
                "ignore_auth": True,
                "defer_commit": True,
            },
            {"account": given, "decision": asked["decision"]},
        )
        account = model.User.get(made["id"])
        assert account is not None  # noqa: S101 - it was made a line above
    elif len(given) > 1 and given.get("email", account.email) != account.email:
        raise tk.ValidationError(
            {"delegate": [tk._("Another account already bears this name")]}
        )
    return account


def _days(asked: dict[str, Any]) -> tuple[datetime, datetime]:
    now = clock.now()
    starts, ends = max(asked.get("from") or now, now), asked["until"]
    if ends <= starts:
        raise tk.ValidationError(
            {"until": [tk._("The delegation would end before it begins")]}
        )
    return starts, ends


def _refuse_the_unfit(
    delegate: model.User, agency: model.Group, *, by_leader: bool
) -> None:
    held = roles.appointment_of(delegate.id)
    fits = model.Session.scalar(
        sa.select(
            sa.func.sonla_delegation_fits(delegate.id, agency.id, type_=sa.Boolean)
        )
    )
    if not fits:
        raise tk.ValidationError(
            {
                "delegate": [
                    tk._(
                        "A delegate holds no role, or leads another agency: nobody of "
                        "the agency itself, no operator, auditor or technical account"
                    )
                ]
            }
        )
    if held is not None and by_leader:
        raise tk.ValidationError(
            {
                "delegate": [
                    tk._(
                        "The leader of another agency stands in by a decision that an "
                        "operator records"
                    )
                ]
            }
        )


def _refuse_overlap(agency: model.Group, starts: datetime, ends: datetime) -> None:
    found = model.Session.scalars(
        sa.select(Delegation).where(
            Delegation.agency_id == agency.id,
            Delegation.revoked.is_(None),
            Delegation.starts < ends,
            Delegation.ends > starts,
        )
    ).first()
    if found is not None:
        raise tk.ValidationError(
            {
                "from": [tk._("Somebody else stands in for the leader in these days")],
                "delegation": found.id,
            }
        )


def delegation_or_404(delegation_id: str) -> Delegation:
    """Return a delegation, or raise `NotFound`."""
    found = model.Session.get(Delegation, delegation_id)
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such delegation"))
    return found


def revoke(actor: str, delegation_id: str) -> Delegation:
    """End a delegation now, in the caller's transaction."""
    delegation = model.Session.scalars(
        sa.select(Delegation)
        .where(Delegation.id == delegation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if delegation is None:
        raise tk.ObjectNotFound(tk._("There is no such delegation"))
    if delegation.revoked is not None or delegation.ends <= clock.now():
        raise tk.ValidationError({"id": [tk._("The delegation has ended already")]})
    user = model.User.get(actor or None)
    delegation.revoked = clock.now()
    delegation.revoked_by = user.id if user else actor
    model.Session.flush()
    _tell("delegation.revoked", delegation, delegation.revoked_by)
    return delegation


def _tell(name: str, delegation: Delegation, actor: str | None) -> None:
    for mail in delegation_mails.about(delegation, name):
        outbox.put(mail)
    people = {"delegate": delegation.delegate, "leader": delegation.on_behalf_of}
    accounts = {part: model.User.get(id_) for part, id_ in people.items() if id_}
    events.record(
        name,
        object_type="agency",
        object_id=delegation.agency_id,
        actor=actor,
        agency=delegation.agency_id,
        persons={part: one.name for part, one in accounts.items() if one},
        delegation=delegation.id,
        decision=delegation.decision,
        starts=delegation.starts,
        ends=delegation.ends,
    )


def listed(context: Context, asked: dict[str, Any]) -> dict[str, Any]:
    """Return delegations, the newest first, with persons for insiders only."""
    query = sa.select(Delegation)
    if "agency" in asked:
        agency = model.Group.get(asked["agency"])
        query = query.where(
            Delegation.agency_id == (agency.id if agency else asked["agency"])
        )
    count = model.Session.scalar(
        sa.select(sa.func.count()).select_from(query.subquery())
    )
    page = query.order_by(Delegation.starts.desc(), Delegation.id)
    rows = model.Session.scalars(page.limit(asked["limit"]).offset(asked["offset"]))
    return {"count": count, "results": [shown(context, row) for row in rows]}


def shown(context: Context, delegation: Delegation) -> dict[str, Any]:
    """Return a delegation: strangers learn the offices and the decision."""
    agency = model.Group.get(delegation.agency_id)
    elsewhere = roles.appointment_of(delegation.delegate)
    told: dict[str, Any] = {
        "id": delegation.id,
        "agency": agency.name if agency else delegation.agency_id,
        "agency_title": agency.title if agency else None,
        "delegate_agency": elsewhere.agency_name if elsewhere else None,
        "decision": delegation.decision,
        "from": clock.iso_z(delegation.starts),
        "until": clock.iso_z(delegation.ends),
        "state": delegation.state(),
        "revoked": clock.iso_z(delegation.revoked) if delegation.revoked else None,
    }
    if _knows_persons(context, delegation):
        for name in ("delegate", "on_behalf_of", "recorded_by", "revoked_by"):
            account = model.User.get(getattr(delegation, name) or None)
            told[name] = account.name if account else None
    return told


def _knows_persons(context: Context, delegation: Delegation) -> bool:
    user = context.get("user")
    held = roles.appointment_of(user)
    if held is not None and (
        held.role in (roles.OPERATOR, roles.AUDITOR)
        or held.agency_id == delegation.agency_id
    ):
        return True
    account = model.User.get(user or None)
    return authz.is_sysadmin(user) or bool(
        account and account.id == delegation.delegate
    )
