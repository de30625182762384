"""Import: one remote dataset becomes a revision, filled as an officer fills it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.harvesting import sources
from ckanext.sonla.harvesting.runs import problems, submitting
from ckanext.sonla.harvesting.runs import states as of_runs
from ckanext.sonla.harvesting.runs.drafting import again
from ckanext.sonla.harvesting.runs.problems import STOPPED_BY_ADMIN, RunProblem
from ckanext.sonla.shared import language, row_intake
from ckanext.sonla.shared.faults import declare, fault
from ckanext.sonla.shared.msgid import N_

from . import comparing, fetching, places, states
from .gathering import item_of
from .model import HarvestedDataset

if TYPE_CHECKING:
    from ckanext.sonla.harvesting.runs.targets import Target
    from ckanext.sonla.harvesting.sources import Source

    from .mapping import Wanted
    from .remote import Remote, RemoteFile

declare("harvest_catalogue", "place_made", "draft_noted", "draft_filled", "draft_sent")

DONE = "done"
_NOTE = N_(
    "Run {number} of the source “{source}”: the dataset “{title}” as the agency's own"
    " catalogue has it. Files: {files}."
)
_PUBLIC = N_("Taken over from the agency's own catalogue.")
_REASON = N_("So the source “{source}” says; run {number}.")


def bring(found: Any) -> bool | str:
    """Put one dataset into a revision and submit it: True or False."""
    return fetching.guarded(item_of(found).id, _bring)


def _bring(item_id: int) -> bool:
    item = HarvestedDataset.get(item_id)
    source = sources.source_of(item.source_id)
    one, wanted = fetching.wanted_of(item, source)
    target = places.of(source, item.entry or "")
    if target is None:
        target = places.make(source, one, wanted, item.entry or "")
    fault("place_made")
    is_first = target.published is None
    revision = _revision(item_id, target)
    if revision["state"] in places.EDITABLE:
        _fill(item_id, target, revision, wanted)
        fault("draft_filled")
        if again(HarvestedDataset.get(item_id).run_id).state == of_runs.ENDED:
            raise RunProblem(STOPPED_BY_ADMIN)
        _submit(item_id, source, target, one)
    fault("draft_sent")
    item = HarvestedDataset.get(item_id)
    item.stands_on = revision["id"]
    fetching.end(item_id, states.ADDED if is_first else states.UPDATED)
    return True


def _revision(item_id: int, target: Target) -> dict[str, Any]:
    """Return the revision that a dataset goes into, noted in its row."""
    item = HarvestedDataset.get(item_id)
    if item.revision_id:
        return target.act("sonla_revision_show", id=item.revision_id)
    present = target.open
    if present is None:
        present = target.act("sonla_revision_open", dataset_id=target.dataset["id"])
    elif not places.is_ours(again(item.run_id), target):
        raise RunProblem("revision_open", revision=present["id"])
    item = HarvestedDataset.get(item_id)
    item.dataset_id, item.revision_id = target.dataset["id"], present["id"]
    model.Session.commit()
    fault("draft_noted")
    return present


def _fill(
    item_id: int, target: Target, revision: dict[str, Any], wanted: Wanted
) -> None:
    package_id = revision["package_id"]
    package = target.act("package_show", id=package_id)
    changed = {
        name: value
        for name, value in wanted.metadata.items()
        if comparing.of_public(package, name) != value
    }
    if changed:
        target.act("package_patch", id=package_id, **places.as_saved(changed))
    item = HarvestedDataset.get(item_id)
    _take_out(target, package["resources"], item)
    for number, (file, table) in enumerate(wanted.files):
        resources = target.act("package_show", id=package_id)["resources"]
        item = HarvestedDataset.get(item_id)
        before = comparing.matching(resources, file, table)
        _put(target, package_id, before, _File(item, number, file, table, revision))


class _File:
    """A file on its way into a revision."""

    def __init__(
        self,
        item: HarvestedDataset,
        number: int,
        file: RemoteFile,
        table: str | None,
        revision: dict[str, Any],
    ) -> None:
        self.file, self.table, self.revision_id = file, table, revision["id"]
        self.path = fetching.path_of(item, number)
        self.sha256 = item.files[number].get("sha256")

    def fields(self) -> dict[str, Any]:
        """Return what the resource says of it."""
        told = {"name": self.file.name, "format": self.file.format}
        told["description"] = self.file.description
        return {**told, "table": self.table} if self.table else told


def _put(
    target: Target, package_id: str, before: dict[str, Any] | None, file: _File
) -> None:
    """Upload a file as the officer does, if it is another one than is there."""
    fields = file.fields()
    if before is not None and before.get("sha256") == file.sha256:
        if any(before.get(name) != value for name, value in fields.items() if value):
            target.act("resource_patch", id=before["id"], **fields)
        return
    if not file.path.exists():
        raise RunProblem("file_gone", file=file.file.name)
    if before is not None and before.get("table") and target.published:
        # The whole table is what the source says; no part of it is kept.
        told = {"id": file.revision_id, "resource_id": before["id"]}
        target.act("sonla_revision_table_set", **told, mode="replace")
    with file.path.open("rb") as body:
        name = _filename(file.file)
        upload = FileStorage(body, filename=name)
        given = {**fields, "url": name, "upload": upload}
        if before is None:
            saved = target.act("resource_create", package_id=package_id, **given)
        else:
            kept = {k: v for k, v in before.items() if k not in ("mimetype", "size")}
            saved = target.act("resource_update", **{**kept, **given})
    load = row_intake.current().finish(saved["id"])
    if saved.get("table") and load["state"] != DONE:
        raise RunProblem("file_rows", file=file.file.name, **_of_load(load))


def _of_load(load: dict[str, Any]) -> dict[str, Any]:
    findings = load.get("findings") or []
    if findings:
        return {"finding": problems.about(findings[0])}
    return {"message": str(load.get("message") or load["state"])}


def _filename(file: RemoteFile) -> str:
    """Return a name for the file: the address's last part, or its name's."""
    last = file.url.partition("?")[0].rstrip("/").rpartition("/")[2]
    ending = f".{file.format.lower()}"
    name = last or file.name
    return name if "." in name else f"{name}{ending}"


def _take_out(
    target: Target, resources: list[dict[str, Any]], item: HarvestedDataset
) -> None:
    """Propose to take out what came from here once and the source has no more.

    What an officer added by hand stays.
    """
    before = HarvestedDataset.taken_before(item.source_id, item.guid)
    came = {one["name"] for one in before.files} if before else set()
    here = {one["name"] for one in item.files}
    for one in resources:
        if one.get("name") in came - here:
            target.act("resource_delete", id=one["id"])


def _submit(item_id: int, source: Source, target: Target, one: Remote) -> None:
    item = HarvestedDataset.get(item_id)
    run, revision_id = again(item.run_id), item.revision_id
    package: Any = model.Package.get(source.id)
    named = {"number": run.number, "source": package.title or package.name}
    files = ", ".join(told["name"] for told in item.files)
    with language.speaking(tk.config["ckan.locale_default"]):
        note = tk._(_NOTE).format(**named, title=one.title, files=files)
        public, reason = tk._(_PUBLIC), tk._(_REASON).format(**named)
    asked: dict[str, Any] = {"id": revision_id, "note": note, "public_note": public}
    period = submitting.period_of(source, target)
    if period:
        asked["data_period"] = period
    submitting.submit(target, asked, reason, lambda _reasons: None)
