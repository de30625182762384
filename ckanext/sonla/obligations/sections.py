"""What is owed, on the operator's console."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.console import ConsoleSection, register_section
from ckanext.sonla.shared.msgid import N_

from . import statuses
from .model import Obligation, is_open


@register_section
class Deadlines(ConsoleSection):
    """How many obligations are due now, and how many are missing."""

    name = "deadlines"
    title = N_("Deadlines")
    order = 15
    template = "obligations/snippets/console_obligations.html"

    def read(self) -> dict[str, Any]:
        now = clock.now()
        missing, due = model.Session.execute(
            sa.select(
                sa.func.count().filter(Obligation.due_at <= now),
                sa.func.count().filter(Obligation.due_at > now),
            ).where(is_open(), Obligation.opens_at <= now)
        ).one()
        counts = [(statuses.MISSING, missing), (statuses.DUE, due)]
        return {"count": missing, "counts": [one for one in counts if one[1]]}
