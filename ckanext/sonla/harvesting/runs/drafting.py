"""Import, second half: the rows become a revision's file, which is submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock, language, own_files, row_intake
from ckanext.sonla.shared.faults import declare, fault
from ckanext.sonla.shared.msgid import N_
from ckanext.sonla.shared.row_intake import Kept

from . import problems, removals, states, stopping, submitting
from .model import HarvestRun
from .problems import RunProblem
from .spool import Spool

if TYPE_CHECKING:
    from pathlib import Path

    from ckanext.sonla.harvesting.sources import Source

    from .targets import Target

declare("harvest", "opened", "revision_noted", "uploaded", "rows_loaded", "sent")

EDITABLE = ("draft", "returned", "withdrawn")
DONE = "done"
_NOTE = N_(
    "Run {number} of the source “{source}”: {read} rows read, {added} added, {updated}"
    " updated, {deleted} deleted, {unchanged} unchanged, {quarantined} kept back for"
    " errors, {filtered} left out."
)
_PUBLIC = N_(
    "Taken over from the agency's own system: {added} rows added, {updated} updated,"
    " {deleted} deleted."
)
_REASON = N_("So the source “{source}” says; run {number}.")


def draft(run: HarvestRun, source: Source, target: Target, path: Path) -> str:
    """Bring a run's rows into a revision and submit it; safe to do again.

    Returns:
        The revision's id.

    Raises:
        RunProblem: the revision is somebody else's, or the checks refuse it.
    """
    run_id = run.id
    revision = _revision(run, target)
    fault("opened")
    run = again(run_id)
    run.revision_id = revision["id"]
    model.Session.commit()
    fault("revision_noted")
    if revision["state"] in EDITABLE:
        _fill(run, target, revision, path)
        stopping.pass_on(run_id)
        # The intake ends its session with each load.
        _submit(again(run_id), source, target, revision)
    fault("sent")
    run = again(run_id)
    run.stands_on = revision["id"]
    model.Session.commit()
    return revision["id"]


def again(run_id: str) -> HarvestRun:
    """Return a run as it is now: actions in between end the session it was in."""
    run = HarvestRun.get(run_id)
    if run is None:
        raise LookupError(run_id)
    return run


def _revision(run: HarvestRun, target: Target) -> dict[str, Any]:
    """Return the revision that the run's rows go into."""
    if run.revision_id:
        return target.act("sonla_revision_show", id=run.revision_id)
    present = target.open
    if present is None:
        return target.act("sonla_revision_open", dataset_id=target.dataset["id"])
    if not is_ours(run.source_id, target, present, run):
        raise RunProblem("revision_open", revision=present["id"])
    return present


def is_ours(
    source_id: str, target: Target, present: dict[str, Any], run: HarvestRun | None
) -> bool:
    """Tell whether an open revision may be filled by a run of a source.

    A dataset's first draft is what the source is to fill; a draft of an earlier run,
    that a leader sent back, is filled anew; and one that this run opened before its
    process died. What an officer drafts is hers.
    """
    if present["state"] not in EDITABLE:
        return False
    if present["kind"] == "publication" and target.published is None:
        return True
    earlier = model.Session.query(HarvestRun.id).filter_by(
        revision_id=present["id"], source_id=source_id
    )
    if earlier.first() is not None:
        return True
    officer = model.User.get(target.officer)
    return bool(
        run
        and run.stage == states.DRAFTING
        and run.started
        and present["opened"] >= clock.iso_z(run.started)
        and officer
        and not present.get("editors")
    )


def _fill(
    run: HarvestRun, target: Target, revision: dict[str, Any], path: Path
) -> None:
    """Put the file into the revision's package, and load it."""
    spool, changes = Spool(run.id, run.spool), run.loaded
    columns = spool.columns
    # Rows of a part only come or change: where some go, it is the whole that changes.
    partial = run.mode == states.INCREMENTAL and not spool.removed_bytes
    mode = "key" if partial else "replace"
    only_gone = run.mode == states.INCREMENTAL and not changes
    package = target.act("package_show", id=revision["package_id"])
    resource = _resource(target, package)
    if resource is not None and target.base:
        target.act(
            "sonla_revision_table_set",
            id=revision["id"],
            resource_id=resource["id"],
            mode=mode,
        )
    if resource is None or not only_gone:
        saved = _upload(target, package["id"], resource, path)
        fault("uploaded")
        rows = Kept(run.id, saved["sha256"])
        load = row_intake.current().load(saved["id"], columns, rows)
        if load["state"] != DONE:
            raise RunProblem("no_load", **_of_load(load))
    elif spool.removed_bytes:
        gone, _ = removals.left(spool, target.key)
        removals.take_out(target, resource["id"], gone)
    fault("rows_loaded")


def _upload(
    target: Target, package_id: str, resource: dict[str, Any] | None, path: Path
) -> dict[str, Any]:
    """Upload the file, as the officer does."""
    name = f"{target.dataset['name']}-{target.table or 'bang'}.csv"
    with path.open("rb") as file, own_files.handing_over():
        upload = FileStorage(file, filename=name, content_type="text/csv")
        given = {"format": "CSV", "url": name, "upload": upload}
        if target.table:
            given["table"] = target.table
        if resource is None:
            given["name"] = target.resource["name"]
            return target.act("resource_create", package_id=package_id, **given)
        kept = {k: v for k, v in resource.items() if k not in ("mimetype", "size")}
        return target.act("resource_update", **{**kept, **given})


def _resource(target: Target, package: dict[str, Any]) -> dict[str, Any] | None:
    """Return the revision's own resource of the table; None where none is yet."""
    resources = package["resources"]
    for one in resources:
        if target.table and one.get("table") == target.table:
            return one
    named = target.resource.get("id")
    if not named:
        return None
    at = [one["id"] for one in target.dataset["resources"]].index(named)
    return resources[at] if at < len(resources) else None


def _of_load(load: dict[str, Any]) -> dict[str, Any]:
    findings = load.get("findings") or []
    if findings:
        return {"finding": problems.about(findings[0])}
    return {"message": str(load.get("message") or load["state"])}


def _submit(
    run: HarvestRun, source: Source, target: Target, revision: dict[str, Any]
) -> None:
    """Submit the revision, saying for what needs a reason that the source says so."""
    run_id = run.id
    asked: dict[str, Any] = {
        "id": revision["id"],
        "note": _say(_NOTE, run, source),
        "public_note": _say(_PUBLIC, run, source),
    }
    period = submitting.period_of(source, target)
    if period:
        asked["data_period"] = period

    def note(reasons: list[dict[str, Any]]) -> None:
        again(run_id).reasons = reasons
        model.Session.commit()

    submitting.submit(target, asked, _say(_REASON, run, source), note)


def _say(sentence: str, run: HarvestRun, source: Source) -> str:
    package: Any = model.Package.get(source.id)
    counts = {
        name: getattr(run, name)
        for name in (
            "number",
            "read",
            "added",
            "updated",
            "deleted",
            "unchanged",
            "quarantined",
            "filtered",
        )
    }
    with language.speaking(tk.config["ckan.locale_default"]):
        return tk._(sentence).format(source=package.title or package.name, **counts)
