"""The life of an agency's answer in a round of review.

    waiting ──answer──▶ answered ──approve──▶ approved
                 ▲          │
                 └──answer──┴──return──▶ returned

An officer may answer again until the leader has decided; the round closes it all.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue.transitions import Transition
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.msgid import N_

from . import mails
from .model import ReviewAnswer, ReviewRound

STATES = ("waiting", "answered", "returned", "approved")


class Step(Transition[ReviewAnswer]):
    """A step of an answer; none after the round's close."""

    labels = "answer_state"
    refusal = N_("The answer is {state}; that cannot be done now.")

    def before(self, answer: ReviewAnswer) -> None:
        require_open(round_of(answer))

    def after(self, answer: ReviewAnswer) -> None:
        model.Session.flush()
        mails.put_about(answer, self.target)

    def told(self, answer: ReviewAnswer) -> dict[str, Any]:
        return {
            "object_type": "review_round",
            "object_id": answer.round_id,
            "agency": answer.agency_id,
            "answer": answer.id,
            "changes": len(answer.changes),
            "comment": answer.comment,
        }


class Answer(Step):
    """The officer confirms or amends the agency's part."""

    sources = ("waiting", "answered", "returned")
    target = "answered"
    event = "review_round.answered"

    def apply(self, answer: ReviewAnswer, actor: str, **data: Any) -> None:
        answer.changes, answer.note = data["changes"], data["note"]
        answer.answered, answer.answered_by = clock.now(), actor
        answer.comment = ""
        if actor not in answer.editors:
            answer.editors = [*answer.editors, actor]


class Approve(Step):
    """The agency's leader approves the answer, or who stands in for her."""

    sources = ("answered",)
    target = "approved"
    event = "review_round.answer_approved"
    leaders = True

    def apply(self, answer: ReviewAnswer, actor: str, **_data: Any) -> None:
        if actor == answer.answered_by or actor in answer.editors:
            raise tk.NotAuthorized(
                tk._("Who approves the agency's answer has not written it.")
            )
        answer.decided, answer.decided_by = clock.now(), actor


class Return(Step):
    """The agency's leader, or her stand-in, sends the answer back with directions."""

    sources = ("answered",)
    target = "returned"
    event = "review_round.answer_returned"
    leaders = True

    def apply(self, answer: ReviewAnswer, actor: str, **data: Any) -> None:
        answer.decided, answer.decided_by = clock.now(), actor
        answer.comment = data["comment"]


TRANSITIONS = (Answer, Approve, Return)


def round_of(answer: ReviewAnswer) -> ReviewRound:
    """Return an answer's round, under a lock that its close waits for."""
    found = model.Session.get(
        ReviewRound, answer.round_id, with_for_update={"read": True}
    )
    assert found is not None  # noqa: S101 - a foreign key says so
    model.Session.refresh(found)
    return found


def require_open(review_round: ReviewRound) -> None:
    """Make sure that a round still takes answers.

    Raises:
        ValidationError: it is closed.
    """
    if review_round.state != "open":
        raise tk.ValidationError({"round_id": [tk._("This round is closed.")]})
