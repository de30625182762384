"""Who somebody is on the portal: one account holds one role in one agency.

Article 5.2 gives every agency two accounts, an officer who compiles and a leader who
approves. The office that runs the portal has operators and a leader, auditors belong
to it too. The roles are capacities in CKAN's own `member` table; this module only
reads them, so that every feature asks the same question in the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ckan import model

if TYPE_CHECKING:
    from ckan.types import AuthResult

OFFICER = "officer"
LEADER = "leader"
OPERATOR = "operator"
AUDITOR = "auditor"
ROLES = (OFFICER, LEADER, OPERATOR, AUDITOR)


Condition = Callable[[], sa.ColumnElement[bool]]
_conditions: dict[str, Condition] = {}


def only_while(condition: Condition) -> Condition:
    """Register what else must hold of a `member` row for it to be an appointment."""
    _conditions[condition.__name__] = condition
    return condition


def _in_force() -> list[sa.ColumnElement[bool]]:
    return [condition() for condition in _conditions.values()]


@dataclass(frozen=True)
class Appointment:
    """The role that an account holds, and the agency that it holds it in."""

    role: str
    agency_id: str
    agency_name: str


def appointment_of(user: str | None) -> Appointment | None:
    """Return the appointment of a user, by id or name; None for everybody else."""
    if not user:
        return None
    found = model.Session.execute(
        sa.select(model.Member.capacity, model.Group.id, model.Group.name)
        .join(model.Group, model.Group.id == model.Member.group_id)
        .join(model.User, model.User.id == model.Member.table_id)
        .where(
            model.Member.table_name == "user",
            model.Member.state == "active",
            model.Member.capacity.in_(ROLES),
            model.Group.state == "active",
            model.Group.is_organization.is_(True),
            model.User.state == "active",
            sa.or_(model.User.id == user, model.User.name == user),
            *_in_force(),
        )
    ).first()
    return Appointment(*found) if found else None


def holds(user: str | None, role: str, agency: str | None = None) -> bool:
    """Tell whether a user holds a role, in the given agency (id or name) if any."""
    held = appointment_of(user)
    if held is None or held.role != role:
        return False
    return agency is None or agency in (held.agency_id, held.agency_name)


def verdict(allowed: bool, sentence: str) -> AuthResult:
    """Return an auth function's answer; who may not is told the sentence."""
    return {"success": True} if allowed else {"success": False, "msg": sentence}


def holders_of(role: str, agency_id: str) -> list[str]:
    """Return the ids of the active accounts that hold a role in an agency."""
    return list(
        model.Session.scalars(
            sa.select(model.User.id)
            .join(model.Member, model.Member.table_id == model.User.id)
            .where(
                model.Member.table_name == "user",
                model.Member.state == "active",
                model.Member.capacity == role,
                model.Member.group_id == agency_id,
                model.User.state == "active",
                *_in_force(),
            )
            .order_by(model.User.name)
        )
    )
