"""Who stands in for an agency's leader: the registry that every feature asks.

A feature that lets a leader be stood in for (article 8.3) registers one class with
`@register_stand_ins`; the others, whose steps a leader takes too, ask here. What a
stand-in decides is the leader's decision: events say on whose behalf.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from . import roles


@dataclass(frozen=True)
class StandIn:
    """Somebody decides for the leader of an agency just now.

    Args:
        agency_id: the agency's id.
        told: what an event of such a decision says, as `events.record` takes it.
    """

    agency_id: str
    told: dict[str, Any] = field(default_factory=dict)


class StandIns:
    """A way in which leaders are stood in for. A subclass has a `name`."""

    name: ClassVar[str]

    def of(self, user: str | None, *, hold: bool = False) -> list[StandIn]:
        """Return whose leaders a user, by id or name, stands in for right now.

        Args:
            user: the account.
            hold: whether nobody may end it before the caller's transaction does.
        """
        raise NotImplementedError

    def accounts(self, agency_id: str) -> list[str]:
        """Return the ids of the accounts that stand in for an agency's leader now."""
        raise NotImplementedError


_ways: dict[str, StandIns] = {}


def register_stand_ins(kind: type[StandIns]) -> type[StandIns]:
    """Register a class that knows of stand-ins."""
    _ways[kind.name] = kind()
    return kind


def agencies_of(user: str | None) -> list[str]:
    """Return the ids of the agencies whose leader a user stands in for right now."""
    return [one.agency_id for one in _of(user)]


def accounts(agency_id: str) -> list[str]:
    """Return the ids of the accounts that stand in for an agency's leader now."""
    return [user for way in _ways.values() for user in way.accounts(agency_id)]


def readers_of(role: str, agency_id: str) -> list[str]:
    """Return whom a notice for a role goes to: its holders, and who stands in."""
    holders = roles.holders_of(role, agency_id)
    if role != roles.LEADER:
        return holders
    return [*holders, *(one for one in accounts(agency_id) if one not in holders)]


def told(user: str | None, agency_id: str, *, hold: bool = False) -> dict[str, Any]:
    """Return what an event says of a step in an agency; nothing of its own leader's.

    Args:
        user: who takes the step, by id or name.
        agency_id: the agency's id.
        hold: whether the standing-in may not end before the caller's transaction does:
            a step that is taken now is taken before any revocation.
    """
    for one in _of(user, hold=hold):
        if one.agency_id == agency_id:
            return {"agency": agency_id, **one.told}
    return {}


def _of(user: str | None, *, hold: bool = False) -> list[StandIn]:
    return [one for way in _ways.values() for one in way.of(user, hold=hold)]
