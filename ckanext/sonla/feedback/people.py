"""Whom feedback goes to: the accounts that handle it and that decide on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import policy, roles, standing_in

from .model import Contribution
from .permissions import HANDLER_PERMISSIONS, may_as_contributor

if TYPE_CHECKING:
    from collections.abc import Iterable


def office() -> model.Group | None:
    """Return the operating office, which answers what concerns no agency."""
    return model.Group.get(policy.text("operating_office"))


def handlers_of(agency_id: str) -> list[str]:
    """Return the accounts that draft an agency's answers.

    In the operating office the operators do, as officers do elsewhere.
    """
    operators = roles.holders_of(roles.OPERATOR, agency_id)
    return operators or roles.holders_of(roles.OFFICER, agency_id)


def leaders_of(agency_id: str) -> list[str]:
    """Return who approves an agency's answers: its leader, and who stands in."""
    return standing_in.readers_of(roles.LEADER, agency_id)


def handles_in(user: str | None, agency_id: str) -> bool:
    """Tell whether an account, by id or name, may draft an agency's answers."""
    held = roles.appointment_of(user)
    return (
        held is not None
        and held.agency_id == agency_id
        and held.role in HANDLER_PERMISSIONS["handle"]
    )


def agency(name: Any) -> model.Group | None:
    """Return an active agency by its name or id."""
    found = model.Group.get(name) if isinstance(name, str) and name else None
    if found is None or not found.is_organization or found.state != "active":
        return None
    return found


def named(agency_id: str) -> dict[str, str]:
    """Return what an event and an answer say of an agency: its name and title."""
    found = model.Group.get(agency_id)
    if found is None:
        return {"name": agency_id, "title": agency_id}
    return {"name": found.name, "title": found.title or found.name}


def named_all(agency_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the same of several agencies by their ids, asked for at once."""
    group, wanted = model.Group, list(agency_ids)
    rows = model.Session.execute(
        sa.select(group.id, group.name, group.title).where(group.id.in_(wanted))
    )
    known = {id_: {"name": name, "title": title or name} for id_, name, title in rows}
    return {one: known.get(one, {"name": one, "title": one}) for one in wanted}


def agencies_of(user: str | None) -> list[str]:
    """Return the ids of the agencies whose feedback an account reads.

    Its own, and those whose leader it stands in for.
    """
    held = roles.appointment_of(user)
    reads = held is not None and held.role in HANDLER_PERMISSIONS["read"]
    own = [held.agency_id] if held and reads else []
    return [*own, *(one for one in standing_in.agencies_of(user) if one not in own)]


def contributes_to(
    user: str | None, what: str, feedback_id: str, *, waiting: bool = False
) -> str | None:
    """Return the agency for which an account may do something, as it was asked.

    Args:
        user: who asks, by id or name.
        what: one of `CONTRIBUTOR_PERMISSIONS`.
        feedback_id: about which feedback.
        waiting: only of agencies that have not answered.
    """
    query = sa.select(Contribution.agency_id).where(
        Contribution.feedback_id == feedback_id
    )
    if waiting:
        query = query.where(Contribution.answered.is_(None))
    asked = model.Session.scalars(query.distinct())
    return next((one for one in asked if may_as_contributor(user, what, one)), None)


def waits_for(feedback_id: str) -> list[str]:
    """Return the agencies that were asked and have not answered, the last first."""
    query = sa.select(Contribution.agency_id).where(
        Contribution.feedback_id == feedback_id, Contribution.answered.is_(None)
    )
    return list(model.Session.scalars(query.order_by(Contribution.asked.desc())))
