"""Fetch: the files of one remote dataset, unless nothing of it is new."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.harvesting import sources
from ckanext.sonla.harvesting.limits import limits_of
from ckanext.sonla.harvesting.problems import SourceProblem
from ckanext.sonla.harvesting.runs import spool, submitting
from ckanext.sonla.harvesting.runs import states as of_runs
from ckanext.sonla.harvesting.runs.drafting import again
from ckanext.sonla.harvesting.runs.problems import RunProblem, of_source
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.faults import declare, fault

from . import comparing, mapping, places, reading, states
from .gathering import item_of
from .model import HarvestedDataset
from .remote import Remote

if TYPE_CHECKING:
    from pathlib import Path

    from ckanext.sonla.harvesting.runs.model import HarvestRun
    from ckanext.sonla.harvesting.runs.targets import Target
    from ckanext.sonla.harvesting.sources import Source

    from .mapping import Wanted
    from .remote import RemoteFile

log = logging.getLogger(__name__)
declare("harvest_catalogue", "files_fetched")


def fetch(found: Any) -> bool | str:
    """Fetch one dataset's files: True, False or `unchanged`."""
    item = item_of(found)
    if item.state not in states.OPEN:
        return False
    return guarded(item.id, _fetch)


def guarded(item_id: int, do: Any) -> bool | str:
    """Do something with one dataset, and end it alone if it can't be done."""
    if again(HarvestedDataset.get(item_id).run_id).state == of_runs.ENDED:
        # Somebody has stopped the run.
        return False
    try:
        return do(item_id)
    except (RunProblem, SourceProblem) as problem:
        reason = (
            of_source(problem)
            if isinstance(problem, SourceProblem)
            else problem.as_reason()
        )
        held = reason["code"] in ("revision_open", "sent_back")
    except tk.ValidationError as error:
        reason, held = {"code": "refused", "told": submitting.told(error)}, False
    except tk.NotAuthorized as error:
        reason, held = {"code": "refused", "told": {"message": str(error)}}, False
    except Exception:
        # The other datasets of the source are none the worse for it.
        log.exception("Remote dataset %s could not be taken over", item_id)
        reason, held = {"code": "unexpected", "told": {}}, False
    model.Session.rollback()
    end(item_id, states.HELD if held else states.REFUSED, reason)
    return False


def end(item_id: int, state: str, reason: dict[str, Any] | None = None) -> None:
    """Note what became of a remote dataset, and let go of its files."""
    item = HarvestedDataset.get(item_id)
    item.state, item.reason, item.content = state, reason, None
    model.Session.commit()
    for path in spool.folder().glob(f"{item.run_id}.{item.id}-*"):
        path.unlink(missing_ok=True)


def wanted_of(item: HarvestedDataset, source: Source) -> tuple[Remote, Wanted]:
    """Return what a remote dataset says, and what of it is taken over.

    Raises:
        RunProblem: it has no file that the entry takes.
    """
    one = Remote.of(item.content or {})
    wanted = mapping.wanted(source, one, mapping.entry(item.entry or ""))
    if not wanted.files:
        raise RunProblem("no_files", left=", ".join(wanted.left) or "—")
    return one, wanted


def _fetch(item_id: int) -> bool | str:
    item = HarvestedDataset.get(item_id)
    run, source = again(item.run_id), sources.source_of(item.source_id)
    if _is_sent(item):
        return True
    _in_time(run, source)
    _, wanted = wanted_of(item, source)
    target = places.of(source, item.entry or "")
    if target is not None and target.open is not None:
        _may_fill(run, target)
    known = comparing.known(item, target, wanted)
    item.dataset_id = target.dataset["id"] if target else None
    item.left_files, item.fingerprint = list(wanted.left), wanted.fingerprint
    model.Session.commit()
    with reading.reading(source) as reader:
        try:
            files = [
                _file(reader, item, number, file, known)
                for number, (file, _) in enumerate(wanted.files)
            ]
        finally:
            _count(item.run_id, reader.counts.take())
    fault("files_fetched")
    item = HarvestedDataset.get(item_id)
    item.files = files
    if target is not None and comparing.is_public(item, target, wanted):
        item.stands_on = target.published
        end(item_id, states.UNCHANGED)
        return "unchanged"
    if target is not None and comparing.was_sent_back(item, target):
        raise RunProblem("sent_back")
    item.state = states.FETCHED
    model.Session.commit()
    return True


def _is_sent(item: HarvestedDataset) -> bool:
    """Tell whether it was submitted before the process of this run died."""
    if not item.revision_id:
        return False
    asked = {"id": item.revision_id}
    found = tk.get_action("sonla_revision_show")({"ignore_auth": True}, asked)
    return found["state"] not in places.EDITABLE


def _may_fill(run: HarvestRun, target: Target) -> None:
    if not places.is_ours(run, target):
        raise RunProblem("revision_open", revision=(target.open or {}).get("id"))


def _in_time(run: HarvestRun, source: Source) -> None:
    most = limits_of(source.config).seconds
    if run.started and (clock.now() - run.started).total_seconds() > most:
        raise SourceProblem("too_long", seconds=most)


def _file(
    reader: reading.Reader,
    item: HarvestedDataset,
    number: int,
    file: RemoteFile,
    known: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    """Return what is known of a file, fetched if it may be another one."""
    before = known.get(file.name) or {}
    told = {"name": file.name, "url": file.url, "version": file.version}
    same = before.get("url") == file.url
    if same and file.version and before.get("version") == file.version:
        return {**before, **told}
    path = path_of(item, number)
    try:
        came = reader.download(file, path, before if same else {})
    except SourceProblem as problem:
        raise _of_file(problem, file) from problem
    if came is None:
        return {**before, **told}
    kept = {**asdict(came), "path": None}
    del kept["path"]
    return {**told, **kept}


def _of_file(problem: SourceProblem, file: RemoteFile) -> RunProblem:
    """Return a problem with the file that it is about."""
    why = {"code": problem.code, "told": problem.told}
    return RunProblem("file", file=file.name, why=why)


def path_of(item: HarvestedDataset, number: int) -> Path:
    """Return where a file lies until it is uploaded."""
    return spool.folder() / f"{item.run_id}.{item.id}-{number}"


def _count(run_id: str, counts: dict[str, Any]) -> None:
    run = again(run_id)
    run.bytes += counts["bytes"]
    run.requests += counts["requests"]
    run.retries += counts["retries"]
    run.source_seconds += counts["seconds"]
    model.Session.commit()
