"""The ladder of reminders: who is told of what is due, and when (policy)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import clock, policy, roles, standing_in

from . import dates
from .model import Obligation

WAITING, LATE = "waiting", "late"
_READERS = (roles.OFFICER, roles.LEADER, roles.OPERATOR)


@dataclass(frozen=True)
class Rung:
    """One rung.

    Args:
        name: as the policy writes it, such as `officer:-10`.
        role: whom it tells.
        when: days from the target (negative: before it), `waiting` or `late`.
    """

    name: str
    role: str
    when: int | str

    def day(self) -> sa.ColumnElement[Any]:
        """Return the day on which an obligation reaches it, or null."""
        if self.when == LATE:
            return Obligation.due + 1
        if self.when == WAITING:
            days = sa.func.make_interval(0, 0, 0, policy.number("waiting_days"))
            zone = policy.text("timezone")
            return sa.cast(
                sa.func.timezone(zone, Obligation.submitted_at + days), sa.Date
            )
        return Obligation.target + int(self.when)

    def concerns(self) -> sa.ColumnElement[bool]:
        """Return the condition of what its reader can do something about.

        While a revision waits for the leader, the officer has done his part.
        """
        if self.role == roles.OFFICER:
            return Obligation.submitted_at.is_(None)
        return sa.true()

    def readers(self, agency_id: str, office_id: str | None) -> list[str]:
        """Return the accounts that it tells of what an agency owes."""
        if self.role == roles.OPERATOR:
            return roles.holders_of(self.role, office_id) if office_id else []
        return standing_in.readers_of(self.role, agency_id)


def rungs() -> list[Rung]:
    """Return the policy's rungs.

    Raises:
        ValueError: one of them is no rung.
    """
    return [
        _rung(text) for text in tk.aslist(tk.config["sonla.policy.reminder_ladder"])
    ]


def _rung(text: str) -> Rung:
    role, _, when = text.partition(":")
    if role not in _READERS:
        raise ValueError(f"sonla.policy.reminder_ladder: {text}: no such role")
    if when in (WAITING, LATE):
        return Rung(text, role, when)
    try:
        return Rung(text, role, int(when))
    except ValueError as error:
        raise ValueError(f"sonla.policy.reminder_ladder: {text}: no days") from error


def begun() -> sa.ColumnElement[bool]:
    """Return the condition of what is due by now: nobody is reminded before."""
    return Obligation.opens_at <= dates.beginning_of(clock.today())
