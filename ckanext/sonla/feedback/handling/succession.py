"""What was a predecessor's to answer becomes the successor's (article 8.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.feedback.model import Feedback, is_open
from ckanext.sonla.shared.hand_over import moves

if TYPE_CHECKING:
    from ckanext.sonla.shared.hand_over import Succession


@moves("feedback")
def move_assigned(succession: Succession) -> int:
    """Give the successor what the predecessor had in the agency and has not ended."""
    moved: Any = model.Session.execute(
        sa.update(Feedback)
        .where(
            Feedback.assigned_to == succession.predecessor,
            Feedback.handler_id == succession.agency_id,
            is_open(),
        )
        .values(assigned_to=succession.successor)
        .execution_options(synchronize_session="fetch")
    )
    return moved.rowcount
