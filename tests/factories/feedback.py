"""Feedback for tests, written as the portal keeps it once it was received."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ckan import model
from ckanext.sonla.feedback import codes
from ckanext.sonla.feedback.masking import masked
from ckanext.sonla.feedback.model import Answer, Feedback
from ckanext.sonla.shared import calendar, clock, policy
from ckanext.sonla.shared.deadline import deadline

if TYPE_CHECKING:
    from datetime import datetime


def received(
    handler_id: str, moment: datetime | None = None, **values: Any
) -> Feedback:
    """Make feedback that an agency has received, by default just now."""
    moment = moment or clock.now()
    counted = deadline(
        clock.local_date(moment), policy.number("feedback_days"), calendar.load()
    )
    made = Feedback(
        **{
            "code": codes.new_code(),
            "secret_hash": codes.hash_of(codes.new_secret()),
            "kind": "quality",
            "subject": "Số liệu quý III thiếu ba xã",
            "text": "Bảng không có số liệu của ba xã vùng cao.",
            "publish_text": True,
            "language": "vi",
            "handler_id": handler_id,
            "state": "received",
            "received": moment,
            "due": counted.due,
            "due_at": counted.due_at,
            **values,
        }
    )
    model.Session.add(made)
    model.Session.commit()
    return made


def proposed(feedback: Feedback, writer: str, **values: Any) -> Answer:
    """Make an answer that an officer has submitted to the leader."""
    made = Answer(
        **{
            "feedback_id": feedback.id,
            "round": feedback.round,
            "kind": "answer",
            "text": "Đã bổ sung số liệu của ba xã.",
            "agency_id": feedback.handler_id,
            "writers": [writer],
            "submitted_by": writer,
            **values,
        }
    )
    model.Session.add(made)
    model.Session.commit()
    return made


OFFICER, LEADER = "an-officer", "a-leader"


def answered(
    handler_id: str, moment: datetime | None = None, **values: Any
) -> Feedback:
    """Make feedback whose answer a leader has approved, a day after it came.

    Args:
        revision: the id of what mended it, if anything did.
        closed: when the leader approved, if not a day after it came.
    """
    revision, closed = values.pop("revision", None), values.pop("closed", None)
    made = received(handler_id, moment, **values)
    answer = proposed(made, OFFICER, revision_id=revision)
    answer.state, answer.decided_by = "approved", LEADER
    closed = closed or (made.received or clock.now()) + timedelta(days=1)
    answer.decided = closed
    model.Session.flush()
    made.state, made.closed = "answered", closed
    if made.publish_text:
        made.public_subject = masked(made.subject)
        made.public_text = masked(made.text)
    model.Session.commit()
    return made
