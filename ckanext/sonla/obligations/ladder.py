"""The ladder of reminders: who is told of what is due, and when (policy)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ckanext.sonla.shared import clock, ladders, policy, roles

from . import dates
from .model import Obligation

WAITING, LATE = "waiting", "late"


@dataclass(frozen=True)
class Rung(ladders.Rung):
    """One rung; `when` is days from the target (negative: before it) or a word."""

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


def rungs() -> list[Rung]:
    """Return the policy's rungs.

    Raises:
        ValueError: one of them is no rung.
    """
    return ladders.rungs("reminder_ladder", Rung, (WAITING, LATE))


def begun() -> sa.ColumnElement[bool]:
    """Return the condition of what is due by now: nobody is reminded before."""
    return Obligation.opens_at <= dates.beginning_of(clock.today())
