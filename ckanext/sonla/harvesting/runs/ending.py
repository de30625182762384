"""How a run ends: its outcome, ckanext-harvest's own report, and who is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from ckan import model
from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestObjectError
from ckanext.sonla.harvesting.problems import SourceProblem
from ckanext.sonla.shared import clock, events, row_intake

from . import mails, problems, states
from .drafting import again
from .model import HarvestRun, QuarantinedRow
from .problems import RunProblem
from .spool import Spool

# What ends by itself, or by the leader's decision: nobody has to mend it.
HELD = ("revision_open",)
# Another run may go on behind what was read.
OUTAGES = ("unreachable", "too_slow", "too_long", "cut", "busy", "failing")


def fail(
    run_id: str, problem: RunProblem | SourceProblem, found: Any = None
) -> dict[str, Any]:
    """End a run that could not be finished, and return why."""
    if isinstance(problem, SourceProblem):
        reason, held = problems.of_source(problem), False
        goes_on = problem.code in OUTAGES
    else:
        reason, held = problem.as_reason(), problem.code in HELD
        goes_on = False
    run = again(run_id)
    if run.state == states.ENDED:
        # Somebody stopped it: what was read meanwhile is nobody's.
        Spool(run_id, {}).discard()
        return run.reasons[0] if run.reasons else reason
    run.reasons = [reason]
    _end(run, states.HELD if held else states.FAILED)
    if not goes_on:
        _let_go(run_id)
    if found is not None:
        text, stage = problems.say(reason), "Import" if run.pages else "Fetch"
        HarvestObjectError.create(message=text, object=found, stage=stage)
    return reason


def stop(run: HarvestRun, code: str) -> None:
    """End a run because somebody says so; its process notices at its next page.

    Args:
        run: locked by the caller, not ended yet.
        code: who, one of the problems' `stopped_by_…`.
    """
    run.reasons = [{"code": code, "told": {}}]
    run.checkpoint = None
    _end(run, states.STOPPED)


def heed(run_id: str) -> None:
    """Go on only with a run that nobody has stopped.

    Raises:
        RunProblem: somebody has.
    """
    query = sa.select(HarvestRun.state, HarvestRun.reasons)
    with model.ensure_engine().connect() as connection:
        state, reasons = connection.execute(query.where(HarvestRun.id == run_id)).one()
    if state == states.ENDED:
        raise RunProblem(reasons[0]["code"] if reasons else problems.STOPPED_BY_ADMIN)


def unchanged(run_id: str, published: str | None) -> None:
    """End a run that found what is public already."""
    run = again(run_id)
    run.stands_on = published
    _end(run, states.UNCHANGED)
    Spool(run_id, {}).discard()


def submitted(run_id: str, reasons: list[dict[str, Any]] | None) -> None:
    """End a run whose revision the leader has before her, or that was published."""
    run = again(run_id)
    run.reasons = [*run.reasons, *(reasons or [])]
    _end(run, states.PUBLISHED if reasons is None else states.SUBMITTED)
    _let_go(run_id)


def _let_go(run_id: str) -> None:
    """Let go of a run's rows: on the disk, and as the check has kept them."""
    Spool(run_id, {}).discard()
    row_intake.current().forget(run_id)


def finished(run_id: str, outcome: str, reasons: list[dict[str, Any]]) -> None:
    """End a run of a catalogue, whose datasets each ended already."""
    run = again(run_id)
    run.reasons = reasons
    _end(run, outcome)


def _end(run: HarvestRun, outcome: str) -> None:
    """End a run, with its event and its notices, in one transaction."""
    run.state, run.stage, run.outcome = states.ENDED, None, outcome
    run.ended = clock.now()
    if outcome in states.SUCCESSES:
        resolve(run)
    if outcome != states.UNCHANGED:
        _record(run, outcome)
    for mail in mails.of(run):
        mails.outbox.put(mail)
    model.Session.commit()


def _record(run: HarvestRun, outcome: str) -> None:
    events.record(
        "harvest.run_ended",
        object_type="harvest_source",
        object_id=run.source_id,
        agency=run.agency_id,
        public=False,
        run=run.id,
        number=run.number,
        outcome=outcome,
        revision=run.revision_id,
        dataset=run.dataset_id,
    )


def resolve(run: HarvestRun) -> None:
    """Let go of the rows that a corrected file brought again; bad ones wait anew."""
    ids = run.fields.get("corrected")
    if run.cause != states.CORRECTED or not ids:
        return
    model.Session.execute(
        sa.update(QuarantinedRow)
        .where(QuarantinedRow.id.in_(ids), QuarantinedRow.state == states.OPEN_ROW)
        .values(state=states.CORRECTED_ROW, resolved_by=run.id, resolved=clock.now())
    )


def close_job(run_id: str) -> None:
    """Say in ckanext-harvest's own rows how the run ended."""
    run = HarvestRun.get(run_id)
    if run is None or run.state != states.ENDED:
        return
    job: Any = HarvestJob.get(run.job_id)
    found: Any = HarvestObject.get(run.object_id) if run.object_id else None
    if found is not None:
        found.report_status = _REPORTED.get(str(run.outcome), "errored")
        if found.report_status == "added" and run.rows_before is not None:
            found.report_status = "updated"
        found.save()
    if job is not None and job.status != "Finished":
        job.status = "Finished"
        job.finished = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        job.save()


_REPORTED = {
    states.UNCHANGED: "not modified",
    states.SUBMITTED: "added",
    states.PUBLISHED: "added",
}
