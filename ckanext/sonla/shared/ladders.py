"""Ladders of reminders: who is told of what is due, and when (policy).

What is due is each feature's own; a rung's role and its readers, the hour of the day's
digest and who has had it are the same for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model

from . import clock, policy, roles, standing_in
from .mail import OutboxMail

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

READERS = (roles.OFFICER, roles.LEADER, roles.OPERATOR)


@dataclass(frozen=True)
class Rung:
    """One rung.

    Args:
        name: as the policy writes it, such as `officer:-10`.
        role: whom it tells.
        when: a number of days, or a word of its ladder.
    """

    name: str
    role: str
    when: int | str

    def readers(self, agency_id: str, office_id: str | None) -> list[str]:
        """Return the accounts that it tells of what an agency has to do."""
        if self.role == roles.OPERATOR:
            return roles.holders_of(self.role, office_id) if office_id else []
        return standing_in.readers_of(self.role, agency_id)


OneRung = TypeVar("OneRung", bound=Rung)


def rungs(
    option: str, kind: type[OneRung], words: Collection[str] = ()
) -> list[OneRung]:
    """Return the rungs of a policy option.

    Args:
        option: its name, such as `reminder_ladder`.
        kind: the class of the rungs.
        words: what may stand in place of a number of days.

    Raises:
        ValueError: one of them is no rung.
    """
    key = policy.PREFIX + option
    return [_rung(key, text, kind, words) for text in tk.aslist(tk.config[key])]


def _rung(key: str, text: str, kind: type[OneRung], words: Collection[str]) -> OneRung:
    role, _, when = text.partition(":")
    if role not in READERS:
        raise ValueError(f"{key}: {text}: no such role")
    if when in words:
        return kind(text, role, when)
    try:
        return kind(text, role, int(when))
    except ValueError as error:
        raise ValueError(f"{key}: {text}: no days") from error


def is_the_hour(moment: datetime) -> bool:
    """Tell whether the hour of the day has come from which digests are sent."""
    return moment.astimezone(clock.zone()).hour >= policy.number("digest_hour")


def who_had(event: str, day: date) -> set[str]:
    """Return whom a digest of a day was written to; its key ends with the day."""
    rows = model.Session.scalars(
        sa.select(OutboxMail.user_id).where(
            OutboxMail.event == event,
            OutboxMail.key.endswith(f":{day.isoformat()}", autoescape=True),
        )
    )
    return {user for user in rows if user}
