"""Gather: what the remote portal has, and which entry each of it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.harvest.model import HarvestGatherError, HarvestJob, HarvestObject
from ckanext.sonla.harvesting import sources
from ckanext.sonla.harvesting.problems import SourceProblem
from ckanext.sonla.harvesting.runs import ending, problems, working
from ckanext.sonla.harvesting.runs import states as of_runs
from ckanext.sonla.harvesting.runs.drafting import again
from ckanext.sonla.harvesting.runs.problems import RunProblem
from ckanext.sonla.shared.faults import declare, fault

from . import mapping, reading, states
from .model import HarvestedDataset

if TYPE_CHECKING:
    from ckanext.sonla.harvesting.runs.model import HarvestRun

    from .remote import Remote
    from .stages import CatalogueStages

declare("harvest_catalogue", "listed")


def gather(job: Any, harvester: CatalogueStages) -> list[str]:
    """List a source's datasets once, and return the objects that are to be done."""
    run = working.of_job(job)
    if run is None:
        return []
    run_id = run.id
    try:
        if run.stage is None:
            _list(run, harvester)
            fault("listed")
    except (RunProblem, SourceProblem) as problem:
        model.Session.rollback()
        reason = ending.fail(run_id, problem)
        HarvestGatherError.create(message=problems.say(reason), job=job)
        return []
    waiting = HarvestedDataset.of_run(run_id, *states.OPEN)
    return [one.object_id for one in waiting if one.object_id]


def _list(run: HarvestRun, harvester: CatalogueStages) -> None:
    """Write down what there is, whole or not at all."""
    source = sources.source_of(run.source_id)
    with reading.reading(source) as reader:
        remotes = distinct(harvester.remotes(source))
        counts, pages = reader.counts.take(), reader.meter.pages
    if not remotes:
        raise RunProblem("empty_catalogue")
    run = again(run.id)
    run.agency_id = source.agency_id
    run.pages, run.read = pages, len(remotes)
    run.bytes, run.requests = counts["bytes"], counts["requests"]
    run.retries, run.source_seconds = counts["retries"], counts["seconds"]
    entries = mapping.entry_codes(source, remotes)
    for one in remotes:
        model.Session.add(_item(run, one, *entries[one.guid]))
    for gone in _gone(run, remotes):
        model.Session.add(gone)
    run.stage = of_runs.DRAFTING
    model.Session.commit()


def distinct(remotes: list[Remote]) -> list[Remote]:
    """Return the datasets, each once; what has no name can't be told from others."""
    found = {one.guid: one for one in reversed(remotes) if one.guid}
    return list(reversed(found.values()))


def _item(
    run: HarvestRun, one: Remote, code: str | None, reason: dict[str, Any] | None
) -> HarvestedDataset:
    item = HarvestedDataset(
        run_id=run.id,
        source_id=run.source_id,
        guid=one.guid,
        name=one.name,
        title=one.title,
        entry=code,
        reason=reason,
    )
    if reason is not None:
        left_out = reason["code"] in ("not_mapped", "not_public")
        item.state = states.UNMAPPED if left_out else states.REFUSED
        return item
    item.state, item.content = states.WAITING, one.as_dict()
    job: Any = HarvestJob.get(run.job_id)
    # Everybody may ask for an object: nothing of the remote portal stands in it.
    stand_in = HarvestObject(guid=f"{run.id}.{one.guid}", job=job, content=None)
    model.Session.add(stand_in)
    model.Session.flush()
    item.object_id = stand_in.id
    return item


def _gone(run: HarvestRun, remotes: list[Remote]) -> list[HarvestedDataset]:
    """Return what was taken over once and the remote portal has no more.

    The public dataset stays: it ends by the agency's own decision.
    """
    here = {one.guid for one in remotes}
    before = model.Session.scalars(
        sa.select(HarvestedDataset)
        .where(
            HarvestedDataset.source_id == run.source_id,
            HarvestedDataset.state.in_(states.TAKEN),
        )
        .distinct(HarvestedDataset.guid)
        .order_by(HarvestedDataset.guid, HarvestedDataset.id.desc())
    ).all()
    return [
        HarvestedDataset(
            run_id=run.id,
            source_id=run.source_id,
            guid=one.guid,
            name=one.name,
            title=one.title,
            entry=one.entry,
            dataset_id=one.dataset_id,
            state=states.GONE,
            reason={"code": "gone", "told": {}},
        )
        for one in before
        if one.guid not in here and _is_there(one.dataset_id)
    ]


def _is_there(dataset_id: str | None) -> bool:
    package = model.Package.get(dataset_id)
    return package is not None and package.state == "active" and not package.private


def item_of(found: Any) -> HarvestedDataset:
    """Return the row of an object of ckanext-harvest."""
    return model.Session.scalars(
        sa.select(HarvestedDataset)
        .where(HarvestedDataset.object_id == found.id)
        .execution_options(populate_existing=True)
    ).one()
