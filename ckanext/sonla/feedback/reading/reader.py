"""Who reads, and what of feedback they may know (article 9.2).

Strangers know what was taken for feedback: kind, object, dates and state, and the rest
once a leader has approved an answer. The agency that answers, those that it asked, and
the office read all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.feedback import permissions
from ckanext.sonla.feedback.clock import late_at
from ckanext.sonla.feedback.model import Contribution, Feedback
from ckanext.sonla.shared import clock, policy, roles, standing_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class Reader:
    """An account, or nobody, that reads at an instant."""

    def __init__(self, user: str | None, now: datetime | None = None) -> None:
        self.now = now or clock.now()
        self.all = permissions.reads_all(user)
        held = roles.appointment_of(user)
        of = {*standing_in.agencies_of(user), *([held.agency_id] if held else [])}
        self.own = {one for one in of if permissions.may_as_handler(user, "read", one)}
        self._asked = {
            one for one in of if permissions.may_as_contributor(user, "read", one)
        }
        # What comes too late, agency by agency, is inside until its quarter is frozen.
        self.delays = self.all or policy.switch("show_live_delays")

    def reads_agency(self, agency_id: str | None) -> bool:
        """Tell whether an agency's feedback is the reader's to read whole."""
        return self.all or agency_id in self.own

    def inside(self, page: Iterable[Feedback]) -> set[str]:
        """Return the ids of those that the reader reads whole."""
        rows = list(page)
        found = {one.id for one in rows if self.reads_agency(one.handler_id)}
        rest = [one.id for one in rows if one.id not in found]
        if rest and self._asked:
            found |= set(
                model.Session.scalars(
                    sa.select(Contribution.feedback_id).where(
                        Contribution.feedback_id.in_(rest),
                        Contribution.agency_id.in_(self._asked),
                    )
                )
            )
        return found


def is_visible(one: Feedback) -> bool:
    """Tell whether strangers may know of feedback at all."""
    return one.moderation == "clear" and one.received is not None


def visible() -> sa.ColumnElement[bool]:
    """Return the same as a condition."""
    return sa.and_(Feedback.moderation == "clear", Feedback.received.is_not(None))


def is_late(one: Feedback, now: datetime) -> bool:
    """Tell whether feedback was or is not answered by the end of its last day."""
    return one.due_at is not None and late_at(one.closed or now, one.due_at)
