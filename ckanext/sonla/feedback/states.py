"""The life of feedback, once it was received (article 9.2).

    received ─assign▶ assigned ─resume▶ in_progress ◀resume─ paused
        ▲                                 │    ▲ ▼ contributed   ▲
        │                                 │  coordinating    pause
     forward (from each of them)          ▼
                                answer_submit, reject: waits for the leader
                                          │ answer_approve
                                          ▼
        ◀──────── reopen ──────── answered | rejected

An officer handles, the agency's leader approves. No step but `reopen` touches the
clock.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock, roles, transitions
from ckanext.sonla.shared.msgid import N_

from . import people, vocabulary
from .handling import mails
from .model import Answer, Contribution, Feedback, Note
from .vocabulary import OPEN


class Step(transitions.Transition[Feedback]):
    """A step of feedback; what happened is told by its code."""

    refusal = N_("The feedback is in the state “{state}”; that cannot be done now.")
    sources = OPEN

    def __init__(self) -> None:
        # What the event says beside the code.
        self.says: dict[str, Any] = {}

    def run(self, row: Feedback, /, actor: str | None, **data: Any) -> None:
        super().run(row, actor, **data)
        event = self.happened(row).partition(".")[2]
        # The reason of a refusal is a code; its text is in the answer.
        reason = None if event == "proposed" else data.get("reason")
        said = (data.get("text"), data.get("comment"), reason)
        mails.put_about(row, event, actor, "\n\n".join(one for one in said if one))

    def label(self, state: str) -> str:
        return vocabulary.label("state", state)

    def office(self, row: Feedback) -> str:
        return row.handler_id

    def told(self, row: Feedback) -> dict[str, Any]:
        return {"object_type": "feedback", "object_id": row.code, **self.says}


class Assign(Step):
    """Somebody of the agency takes it, or is given it."""

    target = "assigned"
    event = "feedback.assigned"

    def apply(self, row: Feedback, actor: str, **data: Any) -> None:
        chosen = model.User.get(data.get("account") or actor)
        if chosen is None or not people.handles_in(chosen.id, row.handler_id):
            raise tk.ValidationError(
                {"account": [tk._("Name an account that drafts the agency's answers.")]}
            )
        row.assigned_to = chosen.id
        self.says["persons"] = {"assigned_to": chosen.name}

    def goal(self, row: Feedback) -> str:
        return self.target if row.state == "received" else row.state


class Taken(Step):
    """A step of who handles it: what nobody had is hers from now on."""

    def apply(self, row: Feedback, actor: str, **data: Any) -> None:
        row.assigned_to = row.assigned_to or actor
        self.write(row, actor, **data)

    def write(self, row: Feedback, actor: str, **data: Any) -> None:
        """Write what the step brings."""
        raise NotImplementedError


class Resume(Taken):
    """Work begins, or goes on after a pause or after an agency was asked."""

    sources = ("assigned", "coordinating", "paused")
    target = "in_progress"
    event = "feedback.resumed"

    def write(self, row: Feedback, actor: str, **data: Any) -> None:
        pass


class Pause(Taken):
    """Work rests, for a reason that stays inside; the clock goes on."""

    sources = ("assigned", "in_progress", "coordinating")
    target = "paused"
    event = "feedback.paused"

    def write(self, row: Feedback, actor: str, **data: Any) -> None:
        note(row, actor, data["reason"])


class Coordinate(Taken):
    """Another agency is asked to contribute; both are visible."""

    target = "coordinating"
    event = "feedback.coordinated"
    public = True

    def write(self, row: Feedback, actor: str, **data: Any) -> None:
        agency = _other_agency(row, data["agency"])
        if _asked(row, agency.id) is not None:
            raise tk.ValidationError(
                {"agency": [tk._("The agency has been asked and has not answered.")]}
            )
        model.Session.add(
            Contribution(
                feedback_id=row.id,
                agency_id=agency.id,
                question=data["text"],
                asked_by=actor,
            )
        )
        self.says["asked"] = people.named(agency.id)


class Contribute(Step):
    """The agency that was asked answers; the last one of them ends the waiting."""

    target = "in_progress"
    event = "feedback.contributed"

    def apply(self, row: Feedback, actor: str, **data: Any) -> None:
        asked = _asked(row, data["agency_id"])
        if asked is None:
            raise tk.ValidationError(
                {"code": [tk._("Your agency has not been asked, or has answered.")]}
            )
        asked.text = data["text"]
        asked.answered, asked.answered_by = clock.now(), actor
        model.Session.flush()

    def goal(self, row: Feedback) -> str:
        waiting = row.state == "coordinating" and not any(
            one.answered is None for one in contributions(row)
        )
        return self.target if waiting else row.state


class Forward(Step):
    """Another agency has to answer; the clock goes on as it began."""

    target = "received"
    event = "feedback.forwarded"
    public = True

    def apply(self, row: Feedback, actor: str, **data: Any) -> None:
        agency = _other_agency(row, data["agency"])
        self.says["from"] = people.named(row.handler_id)
        self.says["to"] = people.named(agency.id)
        if data.get("reason"):
            note(row, actor, data["reason"])
        replace_waiting(row)
        row.handler_id, row.assigned_to = agency.id, None


HANDLING = (Assign, Resume, Pause, Coordinate, Contribute, Forward)


def note(row: Feedback, actor: str, text: str) -> Note:
    """Write down a word between those who handle feedback."""
    held = roles.appointment_of(actor)
    made = Note(
        feedback_id=row.id,
        author=actor,
        agency_id=held.agency_id if held else row.handler_id,
        text=text,
    )
    model.Session.add(made)
    return made


def contributions(row: Feedback) -> list[Contribution]:
    """Return what other agencies were asked, the first first."""
    query = sa.select(Contribution).where(Contribution.feedback_id == row.id)
    return list(model.Session.scalars(query.order_by(Contribution.asked)))


def waiting_answer(row: Feedback) -> Answer | None:
    """Return the answer that waits for the leader, under a lock."""
    query = sa.select(Answer).where(
        Answer.feedback_id == row.id,
        Answer.round == row.round,
        Answer.state == "submitted",
    )
    return model.Session.scalars(query.with_for_update()).one_or_none()


def waits(row: Feedback) -> bool:
    """Tell whether an answer waits for the leader."""
    query = sa.exists().where(
        Answer.feedback_id == row.id,
        Answer.round == row.round,
        Answer.state == "submitted",
    )
    return bool(model.Session.scalar(sa.select(query)))


def replace_waiting(row: Feedback) -> None:
    """Put aside the answer that waits for the leader, if one does."""
    waiting = waiting_answer(row)
    if waiting is not None:
        waiting.state = "replaced"
        # Before another one waits: there is one at a time.
        model.Session.flush()


def _asked(row: Feedback, agency_id: str) -> Contribution | None:
    """Return what an agency was asked and has not answered."""
    open_ones = [one for one in contributions(row) if one.answered is None]
    return next((one for one in open_ones if one.agency_id == agency_id), None)


def _other_agency(row: Feedback, name: Any) -> model.Group:
    found = people.agency(name)
    if found is None:
        raise tk.ValidationError({"agency": [tk._("There is no such agency.")]})
    if found.id == row.handler_id:
        raise tk.ValidationError({"agency": [tk._("This agency handles it already.")]})
    return found
