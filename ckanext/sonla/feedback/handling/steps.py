"""Which steps somebody may take with feedback as it stands: what its page offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ckanext.sonla.feedback import deciding, people, states
from ckanext.sonla.feedback.permissions import may, may_as_handler

if TYPE_CHECKING:
    from ckanext.sonla.feedback.model import Feedback

# step: the states that it is taken from, and what of the handler's permissions it needs
STEPS = {
    "assign": (states.Assign, "assign"),
    "resume": (states.Resume, "handle"),
    "pause": (states.Pause, "handle"),
    "coordinate": (states.Coordinate, "handle"),
    "forward": (states.Forward, "handle"),
    "answer_submit": (deciding.Propose, "handle"),
    "reject": (deciding.Reject, "handle"),
    "answer_approve": (deciding.Approve, "decide"),
    "answer_return": (deciding.Return, "decide"),
    "reopen": (deciding.Reopen, "handle"),
}
# Steps with an answer that waits.
DECISIONS = ("answer_approve", "answer_return")
# What operators may do with whatever agency's.
OF_OPERATORS = ("forward", "reopen")


def of(feedback: Feedback, user: str | None) -> list[str]:
    """Return the steps that an account may take now, `note` and `contribute` too.

    Args:
        feedback: as it stands.
        user: the account, by id or name.
    """
    needed = {need for _, need in STEPS.values()} | {"note"}
    held = {one for one in needed if may_as_handler(user, one, feedback.handler_id)}
    operates = may(user, "forward")
    found = [
        name
        for name, (step, need) in STEPS.items()
        if feedback.state in step.sources
        and (need in held or (operates and name in OF_OPERATORS))
    ]
    waiting = states.waits(feedback)
    found = [one for one in found if waiting or one not in DECISIONS]
    if "note" in held or operates or people.contributes_to(user, "note", feedback.id):
        found.append("note")
    asked = people.contributes_to(user, "contribute", feedback.id, waiting=True)
    if asked and feedback.state in states.Contribute.sources:
        found.append("contribute")
    return found
