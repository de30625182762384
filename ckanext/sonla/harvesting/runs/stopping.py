"""Somebody stops a run that waits or goes on: `harvest_job_abort`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ckan import model
from ckanext.harvest.model import HarvestJob
from ckanext.sonla.harvesting import permissions, stored
from ckanext.sonla.shared import jobs, roles

from . import problems, states
from .model import HarvestRun
from .problems import RunProblem


def job_of(id_: str | None) -> Any:
    """Return a job by its id, or the newest one of a source by the source's.

    Only of sources that are ours; None otherwise.
    """
    package = model.Package.get(id_ or None)
    if package is None:
        job: Any = HarvestJob.get(id_) if id_ else None
    else:
        columns: Any = HarvestJob
        newest = sa.select(HarvestJob).where(columns.source_id == package.id)
        job = model.Session.scalars(
            newest.order_by(columns.created.desc()).limit(1)
        ).first()
    ours = job is not None and stored.is_ours(job.source_id)
    return job if ours else None


def who(user: str | None, agency: str | None) -> str:
    """Return as what somebody stops a run: a code of `problems`."""
    if agency and roles.holds(user, roles.OFFICER, agency):
        return problems.STOPPED_BY[roles.OFFICER]
    if permissions.may(user, "stop", agency):
        return problems.STOPPED_BY[roles.OPERATOR]
    return problems.STOPPED_BY_ADMIN


def locked(job_id: str) -> HarvestRun | None:
    """Return the run of a job, held until the caller's commit, if it may be stopped.

    A run whose revision is on its way to the leader is let go on: she decides.
    """
    return model.Session.scalars(
        sa.select(HarvestRun)
        .where(
            HarvestRun.job_id == job_id,
            HarvestRun.state != states.ENDED,
            HarvestRun.stage.is_distinct_from(states.JUDGING),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def pass_on(run_id: str) -> None:
    """Say that a run's revision is about to be submitted: it can't be stopped now.

    Raises:
        RunProblem: somebody has stopped it.
    """
    with model.ensure_engine().begin() as connection:
        done: Any = connection.execute(
            sa.update(HarvestRun)
            .where(HarvestRun.id == run_id, HarvestRun.state == states.RUNNING)
            .values(stage=states.JUDGING)
        )
    if done.rowcount != 1:
        raise RunProblem(problems.STOPPED_BY_ADMIN)


def end_process(run_id: str) -> None:
    """Kill the process that does a run, if a worker's has it; it need not notice."""
    jobs.stop(run_id, queue=jobs.LONG)
