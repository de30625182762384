"""What was broken off goes on: runs whose process died, jobs that were left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from ckan import model
from ckanext.harvest.model import HarvestJob
from ckanext.sonla.shared import clock

from . import ending, states
from .model import HarvestRun
from .problems import RunProblem
from .working import enqueue, is_running

if TYPE_CHECKING:
    import datetime as dt

# How often a run may die without coming further.
CRASHES = 5


def catch_up(older_than: dt.timedelta) -> list[str]:
    """Queue again what waits for long, and what was killed while it ran.

    Args:
        older_than: how long a run may wait before it is queued again.

    Returns:
        The runs that were queued.
    """
    queued = []
    for run in model.Session.scalars(
        sa.select(HarvestRun).where(HarvestRun.state != states.ENDED)
    ).all():
        if run.state == states.RUNNING:
            if is_running(run.source_id):
                continue
            run.crashes += 1
            if run.crashes >= CRASHES:
                model.Session.commit()
                ending.fail(run.id, RunProblem("broken_off", times=run.crashes))
                ending.close_job(run.id)
                continue
            run.state = states.WAITING
        elif clock.now() - run.queued < older_than:
            continue
        run.queued = clock.now()
        queued.append(run.id)
    model.Session.commit()
    for run_id in queued:
        enqueue(run_id)
    _close_jobs()
    return queued


def _close_jobs() -> None:
    """End the jobs of ckanext-harvest whose run ended with its process."""
    ended = sa.select(HarvestRun.id).where(
        HarvestRun.state == states.ENDED,
        HarvestRun.job_id.in_(
            sa.select(HarvestJob.id).where(HarvestJob.status != "Finished")
        ),
    )
    for run_id in model.Session.scalars(ended).all():
        ending.close_job(run_id)
