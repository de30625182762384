"""The steps of sending and of moderation.

    unconfirmed ──confirm──▶ received (and the clock begins)
    any open state ──set aside──▶ set_aside ──take back──▶ received

What is held for an operator is open all the while: being looked at stops no clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ckan import model
from ckanext.sonla.feedback import public_text, vocabulary
from ckanext.sonla.feedback.states import Step
from ckanext.sonla.shared import clock

from . import receiving

if TYPE_CHECKING:
    from ckanext.sonla.feedback.model import Feedback


class Confirm(Step):
    """The sender's address is hers: now it is received, and the clock begins."""

    sources = ("unconfirmed",)
    target = "received"
    event = "feedback.confirmed"

    def apply(self, row: Feedback, actor: str | None, **data: Any) -> None:  # noqa: ARG002 - the base's
        moment = clock.now()
        row.email_confirmed = moment
        receiving.receive(row, moment)
        # Received and confirmed in one: the table allows no state between.
        model.Session.flush()

    def after(self, row: Feedback) -> None:
        receiving.tell(row)

    def told(self, row: Feedback) -> dict[str, Any]:
        return {**super().told(row), "agency": row.handler_id}


class SetAside(Step):
    """An operator finds that it is no feedback; it is kept, and can be taken back."""

    sources = (*vocabulary.OPEN, "unconfirmed")
    target = "set_aside"
    event = "feedback.set_aside"

    def apply(self, row: Feedback, actor: str | None, **data: Any) -> None:  # noqa: ARG002 - the base's
        row.moderation, row.moderation_reason = "refused", data["reason"]
        row.state = self.target
        model.Session.flush()


class Accept(Step):
    """An operator lets the public read it; what was set aside is open again."""

    sources = (*vocabulary.OPEN, "unconfirmed", "set_aside", *vocabulary.ANSWERED)
    event = "feedback.accepted"
    public = True

    def apply(self, row: Feedback, actor: str | None, **data: Any) -> None:  # noqa: ARG002 - the base's
        row.moderation, row.moderation_reason = receiving.CLEAR, data.get("reason")
        row.held_for = []
        row.state = self.goal(row)
        model.Session.flush()

    def goal(self, row: Feedback) -> str:
        if row.state != "set_aside":
            return row.state
        return "received" if row.received else "unconfirmed"

    def after(self, row: Feedback) -> None:
        # What was held when it was answered becomes readable now.
        public_text.write(row)


confirm, set_aside, accept = Confirm(), SetAside(), Accept()
