"""Reminding by the clock: once a rung of the policy's days."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.tick import task

from . import mails, running
from .model import ReviewAnswer


@task("catalogue.round_reminders")
def remind_due() -> None:
    """Remind the agencies whose answer is missing; after an outage once, not often."""
    review_round = running.open_one()
    if review_round is None:
        return
    rungs = tk.aslist(tk.config["sonla.policy.round_reminder_days"])
    days = [review_round.due - timedelta(days=int(one)) for one in rungs]
    reached = [day for day in days if day <= clock.today()]
    if not reached:
        return
    since = clock.end_of(max(reached) - timedelta(days=1))
    waiting = model.Session.scalars(
        sa.select(model.Group.name)
        .join(ReviewAnswer, ReviewAnswer.agency_id == model.Group.id)
        .where(
            ReviewAnswer.round_id == review_round.id,
            ReviewAnswer.state.in_(mails.TURNS),
            sa.or_(ReviewAnswer.reminded.is_(None), ReviewAnswer.reminded < since),
            # Who was asked on that day or later knows.
            sa.literal(review_round.opened) < since,
        )
    ).all()
    if waiting:
        running.remind(review_round, waiting, None)
