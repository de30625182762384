"""Handing an account over: the successor's overlaps the predecessor's, then it ends.

Article 8.2: the head of the agency names officer and leader. For the policy's days both
hold the role, outside the limit of article 5.2 (the database counts; migration
`002_hand_over`). The predecessor's role ends by itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.model.types import make_uuid
from ckanext.sonla.shared import clock, events, hand_over, policy, roles
from ckanext.sonla.shared.mail import outbox
from ckanext.sonla.shared.tick import task

from . import belongings, mails, provisioning
from .model import HandOver


def begin(actor: str, data: dict[str, Any]) -> dict[str, Any]:
    """Hand an account over to a successor; the caller commits.

    Args:
        actor: the account that records the decision.
        data: what `schema.account_hand_over` gives.

    Returns:
        The agency, the role, both accounts, and when the predecessor's role ends.
    """
    predecessor, member = appointed(data["account"])
    fields, role = data["successor"], member.capacity
    _refuse_the_appointed(fields["name"])
    agency = model.Group.get(member.group_id)
    assert agency is not None  # noqa: S101 - a member's foreign key
    provisioning.by_decision(data["decision"])
    account, is_new = provisioning.account_for(
        actor, agency, role, fields, prefix="successor"
    )
    row = _row(member, account.id, data["decision"])
    # Before the member: the trigger on it counts the places by this row.
    model.Session.add(row)
    model.Session.flush()
    if row.ends == row.starts:
        _leave(row)
    provisioning.appoint(account, agency, role, prefix="successor")
    is_invited = is_new and "password" not in fields
    if is_invited:
        provisioning.invite(account, role, agency)
    moved = _move(row, predecessor)
    event = _record("account.handed_over", row, actor, agency, moved=moved)
    for mail in mails.handed_over(row, predecessor, account, agency):
        outbox.put(mail)
    if row.ends <= clock.now():
        finish(row)
    return {
        "agency": {"id": agency.id, "name": agency.name, "title": agency.title},
        "role": row.role,
        "predecessor": {"id": predecessor.id, "name": predecessor.name},
        "successor": provisioning.described(
            account, role, is_new=is_new, is_invited=is_invited
        ),
        "starts": clock.iso_z(row.starts),
        "ends": clock.iso_z(row.ends),
        "moved": moved,
        "event_id": event.id,
    }


def _move(row: HandOver, predecessor: model.User) -> dict[str, int]:
    """Move what the predecessor had in hand; return how much of each kind."""
    moved = hand_over.move_all(row.as_succession())
    if row.role == roles.LEADER:
        # No program decides in a leader's name for one day longer than she does.
        moved |= _counted("api_tokens_ended", belongings.end_tokens(predecessor.id))
    return moved


def appointed(name: str) -> tuple[model.User, model.Member]:
    """Return an account with its place in an agency; suspended ones have theirs too."""
    account = model.User.get(name)
    if account is None:
        raise tk.ObjectNotFound(tk._("There is no such account"))
    member = model.Session.scalars(
        sa.select(model.Member)
        .join(model.Group, model.Group.id == model.Member.group_id)
        .where(
            model.Member.table_name == "user",
            model.Member.table_id == account.id,
            model.Member.state == model.State.ACTIVE,
            model.Member.capacity.in_(roles.ROLES),
            model.Group.is_organization.is_(True),
        )
    ).first()
    if member is None:
        raise tk.ValidationError({"account": [tk._("The account holds no role")]})
    if running(account.id) is not None:
        raise tk.ValidationError(
            {"account": [tk._("The account is being handed over already")]}
        )
    return account, member


def running(predecessor: str) -> HandOver | None:
    """Return the hand-over by which an account is leaving."""
    return model.Session.scalars(
        sa.select(HandOver).where(
            HandOver.predecessor == predecessor, HandOver.ended.is_(None)
        )
    ).first()


def _refuse_the_appointed(name: str) -> None:
    if roles.appointment_of(name) is not None:
        raise tk.ValidationError(
            {"successor_name": [tk._("The account already holds a role in an agency")]}
        )


def _row(member: model.Member, successor: str, decision: Any) -> HandOver:
    starts = clock.now()
    days = policy.number("hand_over_days")
    # As days are counted (Civil Code, article 147): the first isn't, the last is whole.
    ends = clock.end_of(clock.today() + timedelta(days=days)) if days else starts
    return HandOver(
        id=make_uuid(),
        agency_id=member.group_id,
        role=member.capacity,
        predecessor=member.table_id,
        successor=successor,
        decision=decision,
        starts=starts,
        ends=ends,
    )


@task("agencies.hand_over")
def end_due() -> None:
    """End the role of every predecessor whose overlap is over."""
    due = model.Session.scalars(
        sa.select(HandOver)
        .where(HandOver.ended.is_(None), HandOver.ends <= clock.now())
        .order_by(HandOver.ends)
        .with_for_update(skip_locked=True)
    )
    for row in due.all():
        finish(row)


def finish(row: HandOver) -> None:
    """End a predecessor's role and whatever still let the account act."""
    _leave(row)
    ended = hand_over.end_all(row.as_succession())
    row.ended = clock.now()
    model.Session.flush()
    agency = model.Group.get(row.agency_id)
    _record("account.hand_over_ended", row, None, agency, ended=ended)
    outbox.put(mails.hand_over_ended(row, agency))


def _leave(row: HandOver) -> None:
    member = model.Session.scalars(
        sa.select(model.Member).where(
            model.Member.table_name == "user",
            model.Member.table_id == row.predecessor,
            model.Member.group_id == row.agency_id,
            model.Member.capacity == row.role,
            model.Member.state == model.State.ACTIVE,
        )
    ).first()
    if member is not None:
        member.state = model.State.DELETED
        model.Session.flush()


def _counted(name: str, count: int) -> dict[str, int]:
    return {name: count} if count else {}


def _record(
    name: str, row: HandOver, actor: str | None, agency: Any, **told: Any
) -> events.Event:
    people = {"predecessor": row.predecessor, "successor": row.successor}
    names = {part: model.User.get(id_) for part, id_ in people.items()}
    return events.record(
        name,
        object_type="agency",
        object_id=row.agency_id,
        actor=actor,
        agency=agency.id if agency and actor is None else None,
        persons={part: user.name if user else "" for part, user in names.items()},
        account_role=row.role,
        decision=row.decision,
        starts=row.starts,
        ends=row.ends,
        **told,
    )
