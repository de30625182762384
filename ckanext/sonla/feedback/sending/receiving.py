"""The moment from which the ten days run: receipt, or the confirmed address."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ckanext.sonla.feedback import clock
from ckanext.sonla.feedback.model import Feedback
from ckanext.sonla.shared import events

if TYPE_CHECKING:
    from datetime import datetime

CLEAR, HELD = "clear", "held"
# Called in the transaction in which feedback was received, with it.
Listener = Callable[[Feedback], None]
_listeners: list[Listener] = []


def when_received(function: Listener) -> Listener:
    """Register what a part of feedback does as soon as something was received."""
    _listeners.append(function)
    return function


def receive(feedback: Feedback, moment: datetime) -> None:
    """Let the clock run from now on, log it, and tell who waits for it."""
    feedback.state = "received"
    clock.start(feedback, moment)


def tell(feedback: Feedback) -> None:
    """Log that feedback was received and is held or not, and tell who listens."""
    record(feedback, "feedback.received", kind=feedback.kind, due=feedback.due)
    if feedback.moderation == HELD:
        record(feedback, "feedback.held", public=False, why=feedback.held_for)
    for function in _listeners:
        function(feedback)


def record(feedback: Feedback, name: str, /, **data: Any) -> None:
    """Log what happened to feedback: by its code, without a word of its sender's."""
    # What an operator looks at first is no stranger's to read yet.
    public = data.pop("public", feedback.moderation == CLEAR)
    events.record(
        name,
        object_type="feedback",
        object_id=feedback.code,
        agency=data.pop("agency", feedback.handler_id),
        public=public,
        **data,
    )
