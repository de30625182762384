"""How far each task has come, under a lock: one process at a time goes on."""

from __future__ import annotations

import sqlalchemy as sa

from ckan import model

from .model import Progress


def of(name: str) -> Progress:
    """Return how far a task has come, locked until the transaction ends."""
    query = sa.select(Progress).where(Progress.name == name).with_for_update()
    query = query.execution_options(populate_existing=True)
    found = model.Session.scalars(query).one_or_none()
    if found is not None:
        return found
    # Two at once: the second waits here, and finds the first one's row.
    model.Session.execute(
        sa.text(
            "INSERT INTO sonla_feedback_progress VALUES (:name, '')"
            " ON CONFLICT DO NOTHING"
        ),
        {"name": name},
    )
    return model.Session.scalars(query).one()
