"""The ladder of feedback: each rung once a round, one digest for each person and day.

A rung is reached some days after receipt, so a run looks at what was received in the
days that have gone by since the last one, and not at all that is open: after an outage
at several days at once. Marks and mails are of one transaction.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback import people
from ckanext.sonla.feedback.model import Answer, Feedback, Reminder, is_open
from ckanext.sonla.shared import clock, ladders, roles
from ckanext.sonla.shared.faults import declare, fault
from ckanext.sonla.shared.mail import outbox

from . import digests, progress

if TYPE_CHECKING:
    from collections.abc import Sequence

declare("feedback_remind", "feedback_rungs_marked", "feedback_digests_put")

# How long the transaction of what was received may take until it can be read.
SETTLED = timedelta(seconds=30)
_MARK = """
INSERT INTO sonla_feedback_reminder (feedback_id, round, rung, told_at)
SELECT id, round, rung, :now FROM unnest(
    CAST(:ids AS text[]), CAST(:rounds AS smallint[]), CAST(:rungs AS text[])
) AS mark (id, round, rung) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Rung(ladders.Rung):
    """One rung; `when` is a number of days from receipt."""

    def received(self, last: date | None, today: date) -> sa.ColumnElement[bool]:
        """Return the condition of what reaches it after one day and until another."""
        until = Feedback.received < clock.end_of(today - self._days)
        if last is None:
            return until
        return sa.and_(until, Feedback.received >= clock.end_of(last - self._days))

    @property
    def _days(self) -> timedelta:
        return timedelta(days=int(self.when))

    def concerns(self) -> sa.ColumnElement[bool]:
        """Return the condition of what its reader can do something about.

        While an answer waits for the leader, the officer has done his part.
        """
        if self.role != roles.OFFICER:
            return sa.true()
        return ~sa.exists().where(
            Answer.feedback_id == Feedback.id,
            Answer.round == Feedback.round,
            Answer.state == "submitted",
        )

    def people(self, agency_id: str, office_id: str | None) -> list[str]:
        """Return the accounts that it tells of what an agency handles."""
        if self.role == roles.OFFICER:
            return people.handlers_of(agency_id)
        return self.readers(agency_id, office_id)


def rungs() -> list[Rung]:
    """Return the policy's rungs.

    Raises:
        ValueError: one of them is no rung.
    """
    return ladders.rungs("feedback_ladder", Rung)


def remind() -> int:
    """Remind of what is open, once a day, in the caller's transaction.

    Returns:
        How many digests were put into the outbox.
    """
    moment = clock.now()
    today = clock.local_date(moment)
    mark = progress.of("reminded")
    ladder = tk.config["sonla.policy.feedback_ladder"]
    written = f"{today.isoformat()} {' '.join(tk.aslist(ladder))}"
    if mark.value == written or not ladders.is_the_hour(moment):
        return 0
    told = _told(_reached(_last(mark.value, written, today), today), today)
    mark.value = written
    fault("feedback_rungs_marked")
    for user_id, lines in told.items():
        outbox.put(digests.reminder(user_id, lines, today))
    fault("feedback_digests_put")
    return len(told)


def _last(before: str, now: str, today: date) -> date | None:
    """Return the day up to which rungs are told; None: of all that is open.

    That is so at the first time, with another ladder, and by a clock set back.
    """
    day, _, ladder = before.partition(" ")
    if not day or ladder != now.partition(" ")[2]:
        return None
    last = date.fromisoformat(day)
    return last if last < today else None


def _reached(last: date | None, today: date) -> list[tuple[Rung, digests.Line]]:
    """Return what has reached a rung that nobody was told of, the lower rungs first."""
    found: list[tuple[Rung, digests.Line]] = []
    for rung in sorted(rungs(), key=lambda one: int(one.when)):
        was_told = sa.exists().where(
            Reminder.feedback_id == Feedback.id,
            Reminder.round == Feedback.round,
            Reminder.rung == rung.name,
        )
        rows = model.Session.execute(
            sa.select(*digests.COLUMNS)
            .where(is_open(), rung.received(last, today), rung.concerns(), ~was_told)
            .order_by(Feedback.due, Feedback.code)
        )
        found += [(rung, digests.Line(*row)) for row in rows]
    return found


def _told(
    reached: Sequence[tuple[Rung, digests.Line]], today: date
) -> dict[str, list[digests.Line]]:
    """Mark the rungs, and return what each person is told, by their ids.

    Who has had a digest of this very day, by a clock that was set back, is told with
    the next one: those rungs stay unmarked.
    """
    office = people.office()
    had = ladders.who_had(digests.REMINDER, today) if reached else set()
    known: dict[tuple[str, str], list[str]] = {}
    told: dict[str, dict[str, digests.Line]] = defaultdict(dict)
    marks: list[tuple[str, int, str]] = []
    for rung, line in reached:
        key = (rung.role, line.handler_id)
        if key not in known:
            known[key] = rung.people(line.handler_id, office.id if office else None)
        if had.intersection(known[key]):
            continue
        for user in known[key]:
            # Of two rungs of a role there is one line.
            told[user][line.id] = line
        marks.append((line.id, line.round, rung.name))
    _mark(marks)
    return {user: list(lines.values()) for user, lines in told.items()}


def _mark(marks: list[tuple[str, int, str]]) -> None:
    if not marks:
        return
    ids, rounds, names = (list(column) for column in zip(*marks, strict=True))
    given: dict[str, Any] = {"ids": ids, "rounds": rounds, "rungs": names}
    model.Session.execute(sa.text(_MARK), {**given, "now": clock.now()})


def announce() -> int:
    """Tell agencies what was received since the last time, one mail for each person.

    In the caller's transaction. Sending stays quick: it writes no mails inside.

    Returns:
        How many mails were put into the outbox.
    """
    until = clock.now() - SETTLED
    mark = progress.of("announced")
    since = _instant(mark.value) or until - timedelta(days=1)
    rows = model.Session.execute(
        sa.select(Feedback.handler_id, sa.func.count(), sa.func.min(Feedback.due))
        .where(is_open(), Feedback.received > since, Feedback.received <= until)
        .where(Feedback.round == 1)
        .group_by(Feedback.handler_id)
    ).all()
    if not rows:
        return 0
    mark.value = until.isoformat()
    put = 0
    for handler_id, count, due in rows:
        for user_id in people.handlers_of(handler_id):
            outbox.put(digests.received(user_id, count, due, until))
            put += 1
    return put


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
