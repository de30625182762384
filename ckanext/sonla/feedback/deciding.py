"""The answer: an officer proposes it, the agency's leader decides (article 8.3).

Declining is an answer too. The database asks for both hands as well (migration 001).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import approvals, clock, policy
from ckanext.sonla.shared.faults import declare, fault

from . import clock as counting
from . import people, public_text, rejections
from .model import Answer, Feedback, PastRound
from .states import HANDLING, Step, Taken, replace_waiting, waiting_answer
from .vocabulary import ANSWERED

if TYPE_CHECKING:
    from datetime import datetime

declare("answer", "answer_decided", "feedback_closed")
declare("reopen", "round_kept", "clock_started")

STATE_OF = {"answer": "answered", "rejection": "rejected"}
# Rounds that feedback has at most: it is reopened once.
MOST_ROUNDS = 2


class Propose(Taken):
    """An officer writes what the agency is to answer; it waits for the leader."""

    target = "in_progress"
    event = "feedback.proposed"
    kind = "answer"

    def write(self, row: Feedback, actor: str, **data: Any) -> None:
        writers = _writers(row)
        replace_waiting(row)
        model.Session.add(
            Answer(
                feedback_id=row.id,
                round=row.round,
                kind=self.kind,
                agency_id=row.handler_id,
                writers=[*writers, *([] if actor in writers else [actor])],
                submitted_by=actor,
                **self.content(row, **data),
            )
        )
        self.says["kind"] = self.kind

    def content(self, row: Feedback, **data: Any) -> dict[str, Any]:
        """Return text, reason and revision of the answer."""
        return {
            "text": data["text"],
            "revision_id": _revision(row, data.get("revision")),
        }

    def goal(self, row: Feedback) -> str:
        # Who was asked is still waited for: an answer may come before theirs.
        return row.state if row.state == "coordinating" else self.target


class Reject(Propose):
    """An officer proposes to decline, for a reason of the policy's list."""

    kind = "rejection"

    def content(self, row: Feedback, **data: Any) -> dict[str, Any]:
        reason = rejections.read(data["reason"])
        return {
            "reason": reason.code,
            "text": data.get("text") or reason.text(row.language),
        }


class Decision(Step):
    """A step of the leader, or of who stands in for her, with what waits."""

    leaders = True

    def apply(self, row: Feedback, actor: str, **data: Any) -> None:
        waiting = waiting_answer(row)
        if waiting is None:
            raise tk.ValidationError(
                {"state": [tk._("No answer waits for the leader.")]}
            )
        if data.get("answer") not in (None, waiting.id):
            raise tk.ValidationError(
                {"answer": [tk._("The answer has been replaced; read the new one.")]}
            )
        if actor in waiting.writers:
            raise tk.NotAuthorized(
                tk._("Who wrote the answer does not decide on it (four eyes).")
            )
        waiting.decided, waiting.decided_by = clock.now(), actor
        waiting.comment = data.get("comment") or None
        self.answer = waiting
        self.decide(waiting)

    def decide(self, answer: Answer) -> None:
        """Write the decision."""
        raise NotImplementedError


class Approve(Decision):
    """The leader approves; from now on everybody reads the answer."""

    event = "feedback.answered"
    public = True

    def decide(self, answer: Answer) -> None:
        answer.state = "approved"
        # The database asks for it before it lets the feedback be answered.
        model.Session.flush()
        fault("answer_decided")

    def goal(self, row: Feedback) -> str:  # noqa: ARG002 - the base's
        return STATE_OF[self.answer.kind]

    def after(self, row: Feedback) -> None:
        row.closed = self.answer.decided
        public_text.write(row)
        model.Session.flush()
        self.says |= {"round": row.round, "handler": people.named(row.handler_id)}
        if self.answer.reason:
            self.says["reason"] = self.answer.reason
        if self.answer.revision_id:
            self.says["revision"] = self.answer.revision_id
        fault("feedback_closed")

    def happened(self, row: Feedback) -> str:
        return f"feedback.{row.state}"


class Return(Decision):
    """The leader sends the answer back, with directions."""

    event = "feedback.returned"

    def decide(self, answer: Answer) -> None:
        answer.state = "returned"

    def goal(self, row: Feedback) -> str:
        return row.state


class Reopen(Step):
    """Once, within the policy's days, the sender or the agency asks anew."""

    sources = ANSWERED
    target = "received"
    event = "feedback.reopened"
    public = True

    def apply(self, row: Feedback, actor: str | None, **data: Any) -> None:
        moment = clock.now()
        if row.round >= MOST_ROUNDS:
            raise tk.ValidationError(
                {"state": [tk._("Feedback is reopened once; please send it anew.")]}
            )
        until = reopens_until(row)
        if until is None or moment > until:
            told = tk._("Feedback is reopened within {days} days of its answer.")
            days = policy.number("feedback_reopen_days")
            raise tk.ValidationError({"state": [told.format(days=days)]})
        if actor is None and not data.get("text"):
            raise tk.ValidationError({"text": [tk._("Say what is missing.")]})
        model.Session.add(
            PastRound(
                feedback_id=row.id,
                round=row.round,
                handler_id=row.handler_id,
                received=row.received,
                due=row.due,
                due_at=row.due_at,
                closed=row.closed,
                outcome=row.state,
                reopened=moment,
                reopened_by=actor,
                reopened_for=data.get("text") or None,
            )
        )
        model.Session.flush()
        fault("round_kept")
        self.moment = moment

    def after(self, row: Feedback) -> None:
        row.round += 1
        row.assigned_to = None
        # Half of this would be refused: the calendar is read meanwhile.
        with model.Session.no_autoflush:
            counting.start(row, self.moment)
        self.says["round"] = row.round
        fault("clock_started")


TRANSITIONS = (*HANDLING, Propose, Reject, Approve, Return, Reopen)


def reopens_until(row: Feedback) -> datetime | None:
    """Return until which instant feedback may be reopened; None if it may not."""
    if row.closed is None or row.round >= MOST_ROUNDS:
        return None
    return row.closed + timedelta(days=policy.number("feedback_reopen_days"))


def _writers(row: Feedback) -> list[str]:
    """Return who wrote in what the agency has proposed in this round.

    A new proposal is made from the one before, so its writers stay writers.
    """
    query = sa.select(Answer.writers).where(
        Answer.feedback_id == row.id,
        Answer.round == row.round,
        Answer.agency_id == row.handler_id,
    )
    found = [one for writers in model.Session.scalars(query) for one in writers]
    return list(dict.fromkeys(found))


def _revision(row: Feedback, revision: str | None) -> str | None:
    """Return the revision that the answer cites.

    Raises:
        ValidationError: nobody sees it, or it is of another dataset.
    """
    if not revision:
        return None
    [found] = approvals.standing([revision]) or [None]
    if found is None or not found.published:
        raise tk.ValidationError(
            {"revision": [tk._("There is no such published revision.")]}
        )
    if row.dataset_id and found.dataset_id != row.dataset_id:
        raise tk.ValidationError(
            {"revision": [tk._("The revision is of another dataset.")]}
        )
    return revision
