"""Who stands in for a leader, and in what capacity somebody acts in an agency.

A leader who is away names a delegate, by a decision and for dated days. The delegate
is no member and takes up no place (article 5.2): the account either holds no role at
all or leads another agency, for a commune that has one person only. Four eyes stay.
The database judges every decision by its own clock (migration `107`).
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock, roles
from ckanext.sonla.shared.standing_in import StandIn, StandIns, register_stand_ins

if TYPE_CHECKING:
    from collections.abc import Iterable

DELEGATE = "delegate"
PLANNED, RUNNING, OVER, REVOKED = "planned", "running", "over", "revoked"


def _id() -> str:
    return str(uuid.uuid4())


class Delegation(tk.BaseModel):
    """An account that decides for an agency's leader, from when until when."""

    __tablename__ = "sonla_delegation"
    __table_args__ = (
        sa.Index("sonla_delegation_agency", "agency_id", "ends"),
        sa.Index("sonla_delegation_delegate", "delegate", "ends"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=_id)
    agency_id: Mapped[str]
    delegate: Mapped[str]
    on_behalf_of: Mapped[str | None]
    decision: Mapped[Any] = mapped_column(JSONB)
    starts: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))
    ends: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))
    recorded_by: Mapped[str]
    recorded: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), default=clock.now
    )
    revoked: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True))
    revoked_by: Mapped[str | None]

    def state(self) -> str:
        """Return whether the delegation is planned, runs, is over, or was revoked."""
        if self.revoked is not None:
            return REVOKED
        now = clock.now()
        if now < self.starts:
            return PLANNED
        return RUNNING if now < self.ends else OVER

    def represented(self) -> str:
        """Return the id of the leader, or of the agency that has none just now."""
        return self.on_behalf_of or self.agency_id


@dataclass(frozen=True)
class Capacity:
    """How somebody acts in an agency: by her own role there, or by a delegation."""

    role: str
    delegation: Delegation | None = None


def running() -> sa.ColumnElement[bool]:
    """Return the condition on `Delegation` of those that run now."""
    now = clock.now()
    return sa.and_(
        Delegation.revoked.is_(None), Delegation.starts <= now, Delegation.ends > now
    )


def _of(user: str | None, *, hold: bool = False) -> Iterable[Delegation]:
    """Return the delegations that a user, by id or name, stands in by right now.

    Args:
        user: the account.
        hold: whether a revocation has to wait for the caller's transaction.
    """
    if not user:
        return []
    query = (
        sa.select(Delegation)
        .join(model.User, model.User.id == Delegation.delegate)
        .where(
            running(),
            model.User.state == model.State.ACTIVE,
            model.User.sysadmin.is_(False),
            sa.or_(model.User.id == user, model.User.name == user),
        )
        .order_by(Delegation.starts, Delegation.id)
        .execution_options(populate_existing=True)
    )
    if hold:
        query = query.with_for_update(read=True, of=Delegation)
    return model.Session.scalars(query).all()


def capacity_in(user: str | None, agency_id: str) -> Capacity | None:
    """Return how a user acts in an agency; None for who has nothing to do there."""
    held = roles.appointment_of(user)
    if held is not None and held.agency_id == agency_id:
        return Capacity(held.role)
    # An officer, an operator or an auditor of another agency stands in for nobody.
    if held is not None and held.role != roles.LEADER:
        return None
    for delegation in _of(user):
        if delegation.agency_id == agency_id:
            return Capacity(roles.LEADER, delegation)
    return None


def agencies_of(user: str | None) -> list[str]:
    """Return the ids of the agencies whose leader a user stands in for right now."""
    return [delegation.agency_id for delegation in _elsewhere(user)]


def _elsewhere(user: str | None, *, hold: bool = False) -> list[Delegation]:
    held = roles.appointment_of(user)
    if held is not None and held.role != roles.LEADER:
        return []
    return [
        delegation
        for delegation in _of(user, hold=hold)
        if held is None or held.agency_id != delegation.agency_id
    ]


@register_stand_ins
class Delegates(StandIns):
    """Delegates, for the features whose steps a leader takes too."""

    name = "delegates"

    def of(self, user: str | None, *, hold: bool = False) -> list[StandIn]:
        found = _elsewhere(user, hold=hold)
        return [StandIn(one.agency_id, told_of(one)) for one in found]

    def accounts(self, agency_id: str) -> list[str]:
        return list(
            model.Session.scalars(
                sa.select(Delegation.delegate)
                .join(model.User, model.User.id == Delegation.delegate)
                .where(
                    running(),
                    Delegation.agency_id == agency_id,
                    model.User.state == model.State.ACTIVE,
                )
                .order_by(model.User.name)
            )
        )


def told_of(delegation: Delegation) -> dict[str, Any]:
    """Return what an event says of acting on a leader's behalf."""
    leader = model.User.get(delegation.on_behalf_of or None)
    agency = model.Group.get(delegation.agency_id)
    return {
        "role": DELEGATE,
        "on_behalf_of": agency.name if agency else delegation.agency_id,
        "delegation": delegation.id,
        "delegation_decision": delegation.decision,
        "persons": {"on_behalf_of": leader.name} if leader else {},
    }
