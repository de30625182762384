"""The end of a run over a catalogue: its ledger counts datasets, and adds up."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ckan import model
from ckanext.harvest.model import HarvestObject, HarvestObjectError
from ckanext.sonla.harvesting.runs import ending, problems
from ckanext.sonla.harvesting.runs import states as of_runs
from ckanext.sonla.harvesting.runs.model import HarvestRun

from . import states
from .model import HarvestedDataset

# So many titles are named in one sentence.
NAMED = 10
_REPORTED = {
    states.ADDED: "added",
    states.UPDATED: "updated",
    states.UNCHANGED: "not modified",
}


def finish(run_id: str) -> None:
    """End a run whose datasets have all been dealt with; do nothing otherwise."""
    run = HarvestRun.get(run_id)
    if run is None or run.state == of_runs.ENDED:
        return
    items = HarvestedDataset.of_run(run_id)
    if any(one.state in states.OPEN for one in items):
        return
    count(run, items)
    for item in items:
        _report(item)
    ending.finished(run_id, outcome(items), reasons(items))


def count(run: HarvestRun, items: list[HarvestedDataset]) -> None:
    """Fill in the ledger; the database refuses one that does not add up."""
    of = Counter(one.state for one in items)
    run.added, run.updated = of[states.ADDED], of[states.UPDATED]
    run.loaded = run.added + run.updated
    run.unchanged = of[states.UNCHANGED]
    run.quarantined = of[states.REFUSED]
    run.filtered = sum(of[state] for state in states.LEFT_OUT)
    run.compared = True
    if not run.adds_up():
        raise AssertionError(f"run {run.number} does not add up")
    model.Session.commit()


def outcome(items: list[HarvestedDataset]) -> str:
    """Return how a run ended, of its datasets."""
    found = {one.state for one in items}
    if found & set(states.SUBMITTED):
        return of_runs.SUBMITTED
    if states.REFUSED in found:
        return of_runs.FAILED
    if states.HELD in found:
        return of_runs.HELD
    return of_runs.UNCHANGED


def reasons(items: list[HarvestedDataset]) -> list[dict[str, Any]]:
    """Return what is told of a run: each refusal, and the rest by its kind."""
    told: list[dict[str, Any]] = []
    for one in items:
        if one.state == states.REFUSED and one.reason:
            why = {"title": one.title, "why": one.reason}
            told.append({"code": "dataset", "told": why})
    kinds = {"held_datasets": states.HELD, "not_taken": states.UNMAPPED}
    for code, state in {**kinds, "gone_datasets": states.GONE}.items():
        titles = [one.title for one in items if one.state == state]
        if titles:
            named = ", ".join(titles[:NAMED]) + ("…" if len(titles) > NAMED else "")
            counted = {"count": len(titles), "titles": named}
            told.append({"code": code, "told": counted})
    return told


def _report(item: HarvestedDataset) -> None:
    """Say in ckanext-harvest's own row what became of a dataset."""
    found: Any = HarvestObject.get(item.object_id) if item.object_id else None
    if found is None:
        return
    found.report_status = _REPORTED.get(item.state, "errored")
    found.current = item.state in states.TAKEN
    found.save()
    if item.state == states.REFUSED and item.reason and not found.errors:
        text = f"{item.title}: {problems.say(item.reason)}"
        HarvestObjectError.create(message=text, object=found, stage="Import")
