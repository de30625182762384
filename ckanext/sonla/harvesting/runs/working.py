"""The background job: a waiting run is done once, and survives its process's death.

While it runs it holds a lock that ends with its process. A run whose row says `running`
without that lock was killed: `tick` lets it wait again, and it goes on behind its last
checkpoint.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.harvest import queue
from ckanext.harvest.model import HarvestGatherError, HarvestJob, HarvestObject
from ckanext.sonla.harvesting import sources
from ckanext.sonla.harvesting.problems import SourceProblem
from ckanext.sonla.shared import clock, jobs, language
from ckanext.sonla.shared.faults import declare, fault

from . import checking, drafting, ending, judging, problems, states, targets
from .drafting import again
from .model import HarvestRun
from .problems import RunProblem
from .pulling import Pull
from .spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.harvesting.sources import Source

log = logging.getLogger(__name__)

declare("harvest", "read_whole", "checked", "run_ended")

# Reading has its own limit (`sonla.harvesting.seconds`); loading and freezing follow.
TIMEOUT = 24 * 3600


def enqueue(run_id: str) -> None:
    """Wake a worker for a waiting run; `tick` does it again if that fails."""
    title = f"Harvest {run_id}"
    jobs.ask(work, run_id, title=title, seconds=TIMEOUT, queue=jobs.LONG)


@language.at_work()
def work(run_id: str) -> None:
    """Do a run, if it waits; does nothing otherwise."""
    run = HarvestRun.get(run_id)
    if run is None:
        return
    with _alone(run.source_id) as is_alone:
        if not is_alone or not _claim(run_id):
            return
        run = again(run_id)
        job: Any = HarvestJob.get(run.job_id)
        harvester: Any = queue.get_harvester(job.source.type)
        job.status = "Running"
        job.save()
        # ckanext-harvest's own stages, which its consumers would call.
        objects: Any = queue.gather_stage(harvester, job)
        for object_id in objects:
            queue.fetch_and_import_stages(harvester, HarvestObject.get(object_id))
        harvester.finish(run_id)
        ending.close_job(run_id)
    waiting = HarvestRun.open_of(run.source_id)
    if waiting is not None and waiting.state == states.WAITING:
        # Asked for while this one, that was stopped, had not noticed it yet.
        enqueue(waiting.id)
    model.Session.remove()


@contextmanager
def _alone(source_id: str) -> Iterator[bool]:
    with model.ensure_engine().connect() as connection:
        lock = _lock(source_id)
        held = bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(lock))))
        # The lock is the session's: it outlives this commit, and ends with the process.
        connection.commit()
        try:
            yield held
        finally:
            if held:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(lock)))
                connection.commit()


def _lock(source_id: str) -> sa.ColumnElement[int]:
    return sa.func.hashtextextended(f"sonla.harvest.{source_id}", 0)


def is_running(source_id: str) -> bool:
    """Tell whether a living process runs a source."""
    with model.ensure_engine().begin() as connection:
        lock = sa.func.pg_try_advisory_xact_lock(_lock(source_id))
        return not connection.scalar(sa.select(lock))


def _claim(run_id: str) -> bool:
    with model.ensure_engine().begin() as connection:
        found = connection.execute(
            sa.update(HarvestRun)
            .where(HarvestRun.id == run_id, HarvestRun.state == states.WAITING)
            .values(
                state=states.RUNNING,
                started=sa.func.coalesce(HarvestRun.started, clock.now()),
            )
        )
    return found.rowcount == 1  # pyright: ignore[reportAttributeAccessIssue]


# ckanext-harvest's stages, as the source types call them.


def gather(job: Any) -> list[str]:
    """Find out where the rows go and from where to read; one object stands for all."""
    run = of_job(job)
    if run is None:
        return []
    try:
        _prepare(run)
    except (RunProblem, SourceProblem) as problem:
        reason = ending.fail(run.id, problem)
        HarvestGatherError.create(message=problems.say(reason), job=job)
        return []
    run = again(run.id)
    found: Any = HarvestObject.get(run.object_id) if run.object_id else None
    if found is None:
        # Nothing of it may be seen at the dataset, as CKAN would show `package_id`.
        found = HarvestObject(guid=run.id, job=job, current=True, content=None)
        found.save()
        run.object_id = found.id
        model.Session.commit()
    return [found.id]


def of_job(job: Any) -> HarvestRun | None:
    """Return the run of a job of ckanext-harvest that is under way."""
    return model.Session.scalars(
        sa.select(HarvestRun).where(
            HarvestRun.job_id == job.id, HarvestRun.state == states.RUNNING
        )
    ).one_or_none()


def _prepare(run: HarvestRun) -> None:
    source = sources.source_of(run.source_id)
    target = targets.of(source)
    if run.stage is not None:
        return
    if target.open is not None and not drafting.is_ours(
        run.source_id, target, target.open, run
    ):
        raise RunProblem("revision_open", revision=target.open["id"])
    run.dataset_id, run.table_name = target.dataset["id"], target.table
    run.agency_id = source.agency_id
    run.config_digest = target.digest(source)
    if run.checkpoint is None:
        before = stands(run, target.published)
        run.began_with = before.checkpoint if before else None
        changes_only = bool(source.config.get("incremental")) and before is not None
        run.mode = states.INCREMENTAL if changes_only else states.FULL
    # Until it has ended well: what it began from.
    run.stands_on = target.published
    run.stage = states.PULLING
    model.Session.commit()


def stands(run: HarvestRun, published: str | None) -> HarvestRun | None:
    """Return the run whose rows are what is public now, read in the same way."""
    if published is None:
        return None
    return model.Session.scalars(
        sa.select(HarvestRun)
        .where(
            HarvestRun.source_id == run.source_id,
            HarvestRun.stands_on == published,
            HarvestRun.config_digest == run.config_digest,
            HarvestRun.checkpoint.is_not(None),
            HarvestRun.outcome.in_(states.SUCCESSES),
        )
        .order_by(HarvestRun.number.desc())
        .limit(1)
    ).first()


def fetch(found: Any) -> bool | str:
    """Read the source into the spool: True, False or `unchanged`."""
    run = again(found.guid)
    if run.stage != states.PULLING:
        return True
    try:
        source = sources.source_of(run.source_id)
        target = targets.of(source)
        if not Pull(run, source, target).all():
            ending.unchanged(run.id, target.published)
            return "unchanged"
    except (RunProblem, SourceProblem) as problem:
        model.Session.rollback()
        ending.fail(found.guid, problem, found)
        return False
    fault("read_whole")
    run = again(found.guid)
    if run.state == states.ENDED:
        return False
    run.stage = states.CHECKING
    model.Session.commit()
    return True


def bring(found: Any) -> bool | str:
    """Check and compare what was read, and submit it: True, False or `unchanged`."""
    run_id = found.guid
    try:
        return _bring(run_id)
    except (RunProblem, SourceProblem) as problem:
        model.Session.rollback()
        ending.fail(run_id, problem, found)
        return False


def _bring(run_id: str) -> bool | str:
    run = again(run_id)
    source = sources.source_of(run.source_id)
    target = targets.of(source)
    spool = Spool(run.id, run.spool)
    spool.expect()
    if run.stage == states.CHECKING or run.revision_id is None:
        newest = bool(source.config.get("incremental"))
        left_out = checking.check(run, target, spool, newest=newest)
        ending.heed(run_id)
        if run.mode == states.INCREMENTAL and spool.removed_bytes and run.loaded:
            return _read_whole(run, source, target)
        if run.mode == states.FULL and run.rows_after == 0:
            raise RunProblem("empty")
        if checking.is_unchanged(run):
            ending.unchanged(run_id, target.published)
            return "unchanged"
        spool.without(left_out)
        run.stage = states.DRAFTING
        model.Session.commit()
    fault("checked")
    clean = spool.clean_path if spool.clean_path.exists() else spool.path
    drafting.draft(again(run_id), source, target, clean)
    run = again(run_id)
    run.stage = states.JUDGING
    model.Session.commit()
    revision = target.act("sonla_revision_show", id=run.revision_id)
    reasons = judging.judge(run_id, revision)
    ending.submitted(run_id, reasons)
    fault("run_ended")
    return True


def _read_whole(run: HarvestRun, source: Source, target: targets.Target) -> bool | str:
    """Read the whole source, where rows went and others came or changed.

    A revision takes either rows of a part, or a whole table.
    """
    run.mode, run.began_with, run.checkpoint, run.spool = states.FULL, None, None, {}
    run.compared, run.stage = False, states.PULLING
    model.Session.commit()
    Pull(again(run.id), source, target).all()
    run = again(run.id)
    run.stage = states.CHECKING
    model.Session.commit()
    return _bring(run.id)
