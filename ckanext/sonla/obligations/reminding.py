"""Reminding, once a day: each rung of an obligation once, one digest for each person.

What happened to the ladder during an outage is told once afterwards: of several rungs
of an obligation only the newest, and all are marked. Marks and mails are of one
transaction, so that neither is without the other.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import clock, ladders, policy, roles
from ckanext.sonla.shared.faults import declare, fault
from ckanext.sonla.shared.mail import outbox

from . import following, mails
from .ladder import Rung, begun, rungs
from .model import Obligation, Reminder, in_bulk, is_open, progress

if TYPE_CHECKING:
    from collections.abc import Iterable

declare("remind", "rungs_marked", "digests_put")

REMINDED = "reminded"
# What was due before that stands in the report of its quarter.
REMEMBERED = timedelta(days=92)
LINES_AT_ONCE = 5000
Reached = dict[str, list[tuple[Any, Rung]]]


def remind() -> int:
    """Remind of what is due, from the policy's hour on, in the caller's transaction.

    Returns:
        How many digests were put into the outbox.
    """
    moment = clock.now()
    today = clock.local_date(moment)
    mark = progress(REMINDED)
    if mark.value == today.isoformat():
        return 0
    if not ladders.is_the_hour(moment):
        return 0
    # Nobody is reminded of what a leader has just approved.
    following.follow()
    mark.value = today.isoformat()
    with in_bulk():
        reached = _reached()
    told = _told(reached)
    fault("rungs_marked")
    for user_id, lines in told.items():
        outbox.put(mails.digest(user_id, lines, today))
    fault("digests_put")
    return len(told)


def _reached() -> Reached:
    """Return the rungs that each obligation has reached and nobody was told of."""
    found: Reached = defaultdict(list)
    today = clock.today()
    for rung in rungs():
        day = rung.day()
        was_told = sa.exists().where(
            Reminder.obligation_id == Obligation.id, Reminder.rung == rung.name
        )
        rows = model.Session.execute(
            sa.select(Obligation.id, day)
            .where(is_open(), begun(), rung.concerns(), day <= today, ~was_told)
            .where(Obligation.due >= today - REMEMBERED)
            .order_by(Obligation.id)
        )
        for obligation_id, reached in rows:
            found[obligation_id].append((reached, rung))
    return found


def _told(reached: Reached) -> dict[str, list[mails.Line]]:
    """Mark the rungs, and return what each person is told, by their ids.

    Who has had a digest of this very day, by a clock that was set back, is told with
    the next one: those rungs stay unmarked.
    """
    newest = {
        # Of two of the same day, the higher one of the ladder.
        obligation_id: max(reversed(found), key=lambda pair: pair[0])[1]
        for obligation_id, found in reached.items()
    }
    office = model.Group.get(policy.text("operating_office"))
    readers: dict[tuple[str, str], list[str]] = {}
    told: dict[str, list[mails.Line]] = defaultdict(list)
    marks: list[tuple[str, str]] = []
    had = ladders.who_had(mails.DIGEST, clock.today())
    for line in _lines(newest):
        rung = newest[line.obligation_id]
        key = (rung.name, line.agency_id)
        if key not in readers:
            readers[key] = rung.readers(line.agency_id, office.id if office else None)
        if any(user in had for user in readers[key]):
            continue
        for user in readers[key]:
            told[user].append(line)
        marks += [
            (line.obligation_id, one.name) for _, one in reached[line.obligation_id]
        ]
    _mark(marks)
    return told


def _lines(newest: dict[str, Rung]) -> Iterable[mails.Line]:
    ids = list(newest)
    for start in range(0, len(ids), LINES_AT_ONCE):
        some = ids[start : start + LINES_AT_ONCE]
        with in_bulk():
            rows = model.Session.execute(
                sa.select(
                    Obligation.id,
                    Obligation.agency_id,
                    model.Group.name,
                    model.Group.title,
                    Obligation.entry_code,
                    Obligation.entry_title,
                    Obligation.kind,
                    Obligation.period,
                    Obligation.start,
                    Obligation.target,
                    Obligation.due,
                    Obligation.submitted_at,
                )
                .join(model.Group, model.Group.id == Obligation.agency_id)
                .where(Obligation.id.in_(some))
                .order_by(
                    model.Group.name,
                    Obligation.due,
                    Obligation.entry_code,
                    Obligation.kind,
                    Obligation.period,
                )
            ).all()
        yield from (mails.Line(*row) for row in rows)


def _mark(marks: list[tuple[str, str]]) -> None:
    model.Session.execute(
        sa.text(
            "INSERT INTO sonla_obligation_reminder (obligation_id, rung, told_at)"
            " SELECT obligation_id, rung, :now FROM"
            " unnest(CAST(:ids AS text[]), CAST(:rungs AS text[]))"
            " AS mark (obligation_id, rung) ON CONFLICT DO NOTHING"
        ),
        {
            "ids": [obligation_id for obligation_id, _ in marks],
            "rungs": [rung for _, rung in marks],
            "now": clock.now(),
        },
    )


def remind_of(ids: list[str], actor: str | None) -> int:
    """Remind officers and leaders of some obligations, as the operator asks.

    In the caller's transaction. Passes by what is met, excused, closed or unknown.

    Returns:
        Of how many obligations somebody is reminded.
    """
    rung = Rung("asked", roles.OFFICER, 0)
    open_ids = model.Session.scalars(
        sa.select(Obligation.id).where(Obligation.id.in_(ids), is_open())
    ).all()
    told: dict[str, list[mails.Line]] = defaultdict(list)
    reminded = 0
    for line in _lines(dict.fromkeys(open_ids, rung)):
        readers = mails.both_of(line.agency_id)
        reminded += bool(readers)
        for user in readers:
            told[user].append(line)
    for user_id, lines in told.items():
        outbox.put(mails.asked(user_id, lines, clock.now()))
    if reminded:
        mails.record_asked(reminded, actor)
    return reminded
