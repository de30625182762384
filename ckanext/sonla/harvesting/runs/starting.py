"""Asking for a run: one of a source at a time, beside ckanext-harvest's own job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.harvest.model import HarvestJob
from ckanext.sonla.harvesting import configuration, sources
from ckanext.sonla.shared.faults import declare, fault
from ckanext.sonla.shared.msgid import N_

from . import drafting, ending, problems, states, targets, working
from .model import HarvestRun, QuarantinedRow
from .problems import RunProblem
from .spool import Spool

if TYPE_CHECKING:
    from ckanext.sonla.harvesting.sources import Source

declare("harvest_take_over", "taken_over")

_OPEN = N_("A run of this source waits or goes on already (number {number}).")


def refuse(source_id: str) -> None:
    """Refuse a run that could bring nothing now.

    Raises:
        ckan ValidationError: says why, under `source_id` (409).
    """
    source = sources.source_of(source_id)
    present = HarvestRun.open_of(source.id)
    if present is not None:
        raise _refusal(tk._(_OPEN).format(number=present.number))
    try:
        if source.kind in configuration.CATALOGUES:
            # Each of its datasets is looked at by itself.
            targets.officer_of(source.agency_id)
            return
        target = targets.of(source)
        if target.open and not drafting.is_ours(source.id, target, target.open, None):
            raise RunProblem("revision_open", revision=target.open["id"])
    except RunProblem as problem:
        raise _refusal(problems.say(problem.as_reason())) from problem


def _refusal(words: str) -> tk.ValidationError:
    return tk.ValidationError({"source_id": [words]})


def begin(source_id: str, job_id: str, cause: str, asked_by: str | None) -> HarvestRun:
    """Make a run for a job of ckanext-harvest, and ask a worker for it.

    Raises:
        ckan ValidationError: somebody else was faster.
    """
    source = sources.source_of(source_id)
    run = HarvestRun(
        source_id=source.id,
        agency_id=source.agency_id,
        job_id=job_id,
        cause=cause,
        asked_by=asked_by,
    )
    model.Session.add(run)
    try:
        model.Session.flush()
    except IntegrityError as error:
        model.Session.rollback()
        _finish_job(job_id)
        present = HarvestRun.open_of(source.id)
        number = present.number if present else 0
        raise _refusal(tk._(_OPEN).format(number=number)) from error
    _go_on(run, source)
    model.Session.commit()
    working.enqueue(run.id)
    return run


def _finish_job(job_id: str) -> None:
    job: Any = HarvestJob.get(job_id)
    if job is not None:
        job.status = "Finished"
        job.save()


def _go_on(run: HarvestRun, source: Source) -> None:
    """Take over what the last run had read before the source failed."""
    last = HarvestRun.last_of(source.id)
    if source.kind in configuration.CATALOGUES:
        return
    if last is None or last.outcome != states.FAILED or not last.checkpoint:
        return
    reason = (last.reasons or [{}])[0]
    told = reason.get("told") or {}
    is_outage = reason.get("code") == problems.SOURCE and (
        told.get("code") in ending.OUTAGES
    )
    if not is_outage or not (last.spool or {}).get("resumable"):
        return
    try:
        target = targets.of(source)
        if target.digest(source) != last.config_digest:
            return
        if target.published != last.stands_on:
            return
        Spool(run.id, {}).take_over(Spool(last.id, last.spool))
    except RunProblem:
        return
    fault("taken_over")
    for name in ("read", "pages", "filtered", "quarantined"):
        setattr(run, name, getattr(last, name))
    for name in ("checkpoint", "spool", "fields", "began_with", "mode"):
        setattr(run, name, getattr(last, name))
    last.checkpoint = None
    model.Session.execute(
        sa.update(QuarantinedRow)
        .where(QuarantinedRow.run_id == last.id)
        .values(run_id=run.id)
    )
