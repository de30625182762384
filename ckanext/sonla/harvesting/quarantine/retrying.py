"""A corrected file goes the way of a run: checked, compared, and submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.harvest.model import HarvestJob, HarvestSource
from ckanext.sonla.harvesting.runs import problems, starting, states, targets, working
from ckanext.sonla.harvesting.runs.model import HarvestRun, QuarantinedRow
from ckanext.sonla.harvesting.runs.problems import RunProblem
from ckanext.sonla.harvesting.runs.spool import Spool
from ckanext.sonla.shared.msgid import N_

from . import reading

if TYPE_CHECKING:
    from ckanext.sonla.harvesting.runs.targets import Target
    from ckanext.sonla.harvesting.sources import Source

_UNPUBLISHED = N_("The table has not been published yet: let the source run again.")
_BUSY = N_("A run of this source waits or goes on already. Try again later.")


def retry(source: Source, upload: Any, user_id: str | None) -> HarvestRun:
    """Begin a run whose rows are a corrected file's, and ask a worker for it.

    Raises:
        ckan ValidationError: the file, or that nothing could be brought now (409).
    """
    starting.refuse(source.id)
    target = _target(source)
    known = [one["name"] for one in (target.schema or {}).get("fields", [])]
    corrected = reading.read(upload, known)
    run = _run(source, target, user_id)
    spool = Spool(run.id, {})
    spool.begin(corrected.columns)
    spool.add(corrected.rows)
    run.spool = spool.told()
    run.read, run.pages = len(corrected.rows), 1
    run.fields = {**run.fields, "corrected": _waiting(source.id, corrected.ids)}
    model.Session.commit()
    working.enqueue(run.id)
    return run


def _target(source: Source) -> Target:
    try:
        target = targets.of(source)
        if not target.base:
            raise tk.ValidationError({"source_id": [tk._(_UNPUBLISHED)]})
        if not target.key:
            raise RunProblem("no_key")
    except RunProblem as problem:
        told = problems.say(problem.as_reason())
        raise tk.ValidationError({"source_id": [told]}) from problem
    return target


def _run(source: Source, target: Target, user_id: str | None) -> HarvestRun:
    """Return a run that has read already what it brings: it begins with the checks."""
    job: Any = HarvestJob(source=HarvestSource.get(source.id))
    model.Session.add(job)
    model.Session.flush()
    run = HarvestRun(
        source_id=source.id,
        agency_id=source.agency_id,
        job_id=job.id,
        cause=states.CORRECTED,
        asked_by=user_id,
        mode=states.INCREMENTAL,
        stage=states.CHECKING,
        dataset_id=target.dataset["id"],
        table_name=target.table,
        config_digest=target.digest(source),
        stands_on=target.published,
    )
    # What the source was asked for last holds on: the next run goes on behind it.
    before = working.stands(run, target.published)
    if before is not None:
        run.checkpoint, run.began_with = before.checkpoint, before.checkpoint
        run.fields = dict(before.fields)
    else:
        run.fields = {}
    model.Session.add(run)
    try:
        model.Session.flush()
    except IntegrityError as error:
        model.Session.rollback()
        raise tk.ValidationError({"source_id": [tk._(_BUSY)]}) from error
    return run


def _waiting(source_id: str, ids: list[int]) -> list[int]:
    return list(
        model.Session.scalars(
            sa.select(QuarantinedRow.id).where(
                QuarantinedRow.id.in_(ids),
                QuarantinedRow.source_id == source_id,
                QuarantinedRow.state == states.OPEN_ROW,
            )
        )
    )
