"""Reminding leaders of what waits for them: once a rung of the policy's days."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import states
from ckanext.sonla.approval.model import Revision
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.tick import task

from . import mails as notices


@task("revision.remind")
def remind() -> None:
    """Put the reminders that are due into the outbox; what was said stays said.

    After an outage only the last rung is said, not each one that was missed.
    """
    rungs = sorted(
        int(days) for days in tk.aslist(tk.config["sonla.policy.reminder_days"])
    )
    if not rungs:
        return
    waiting = model.Session.scalars(
        sa.select(Revision).where(
            Revision.state == states.SUBMITTED,
            Revision.submitted <= clock.now() - timedelta(days=rungs[0]),
        )
    ).all()
    for revision in waiting:
        if revision.submitted is None:
            continue
        waited = clock.now() - revision.submitted
        reached = [days for days in rungs if timedelta(days=days) <= waited]
        for mail in notices.reminder(revision, reached[-1]):
            notices.outbox.put(mail)
