"""A demonstration dataset's way: drafted, loaded, submitted, approved or returned."""

from __future__ import annotations

import io
import tempfile
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.jobs import Worker
from ckanext.sonla.shared import jobs

from . import tables
from .accounts import call
from .history import Step, morning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from .facts import Commune, Entry

MARK = "Dữ liệu trình diễn, không phải số liệu chính thức."
MARK_EN = "Demonstration data, not official figures."
REASON = "Dữ liệu trình diễn: đã xem, đúng như dự định."
LOAD_SECONDS = 300
# Days that an officer and a leader have a revision, if the story doesn't say.
TOOK = (2, 1)
_DECIDED = {"published": "sonla_revision_approve", "returned": "sonla_revision_return"}


class DatasetPath:
    """What an agency's two accounts do with one dataset; goes on where it stopped.

    Args:
        entry: the catalogue's entry that the dataset meets.
        commune: its provider, where every commune owes the entry.
    """

    def __init__(self, entry: Entry, commune: Commune | None = None) -> None:
        self.entry = entry
        self.commune = commune
        self.agency = commune.slug if commune else entry.lead
        self.officer = f"cb-{self.agency}"[:90]
        self.leader = f"ld-{self.agency}"[:90]
        self.name = f"{entry.code}-{self.agency}".lower()[:90]
        self.title = f"{entry.title}: {commune.name}" if commune else entry.title

    def stages(self, state: str, told: dict[str, Any]) -> Iterator[Step]:
        """Yield how a first publication came as far as the story says.

        Args:
            state: `draft`, `submitted`, `returned` or `published`.
            told: of the story: `day`, `took`, `period`, `until`, and the leader's
                `comment` if it was returned.
        """
        drafted, submitted, decided = _days(told)
        if state == "draft":
            drafted = decided
        yield Step(drafted, f"{self.name} drafted", lambda: self._drafted(told))
        if state == "draft":
            return
        if state == "submitted":
            submitted = decided
        yield Step(
            submitted, f"{self.name} submitted", lambda: self._submitted("draft", told)
        )
        if state in _DECIDED:
            yield Step(
                decided, f"{self.name} {state}", lambda: self._decided(state, told)
            )

    def updates(self, told: dict[str, Any]) -> Iterator[Step]:
        """Yield how an update that replaces the file came as far as the story says.

        Args:
            told: as of `stages`, with `state` and the `note`.
        """
        drafted, submitted, decided = _days(told)
        state = told["state"]
        name = f"{self.name} update {told.get('period', '')}".rstrip()
        if state == "draft":
            drafted = decided
        yield Step(drafted, f"{name} drafted", lambda: self._updated(told))
        if state == "draft":
            return
        if state == "submitted":
            submitted = decided
        yield Step(
            submitted, f"{name} submitted", lambda: self._submitted("draft", told)
        )
        if state == "published":
            yield Step(decided, f"{name} published", lambda: self._decided(state, told))

    def _submitted(self, state: str, told: dict[str, Any]) -> None:
        revision = self._revision(self._id())
        if revision["state"] != state:
            return
        if told.get("period"):
            revision["data_period"] = told["period"]
        note = {"note": told["note"]} if told.get("note") else {}
        self._submit(revision, **note)

    def _decided(self, state: str, told: dict[str, Any]) -> None:
        revision = self._revision(self._id())
        if revision["state"] != "submitted":
            return
        if state == "published":
            given = {"digest": revision["digest"]}
        else:
            given = {"comment": told["comment"]}
        call(_DECIDED[state], self.leader, id=revision["id"], **given)

    def _updated(self, told: dict[str, Any]) -> None:
        dataset_id = self._id()
        revision = self._revision(dataset_id)
        if revision["state"] == "published" and not self._has(dataset_id, told):
            revision = call("sonla_revision_open", self.officer, dataset_id=dataset_id)
        if revision["state"] != "draft":
            return
        working = call("package_show", self.officer, id=revision["package_id"])
        with self._csv(told) as upload:
            call(
                "resource_patch",
                self.officer,
                id=working["resources"][0]["id"],
                upload=upload,
            )
        self._loaded(working["id"])

    def _has(self, dataset_id: str, told: dict[str, Any]) -> bool:
        """Tell whether a period's update is there already."""
        found = call("sonla_revision_list", self.officer, dataset_id=dataset_id)
        return any(
            one["data_period"] == told.get("period", "none")
            and one["state"] in ("published", "superseded")
            for one in found["results"]
        )

    def _id(self) -> str:
        return call("package_show", self.officer, id=self.name)["id"]

    def _submit(self, revision: dict[str, Any], **more: Any) -> dict[str, Any]:
        if revision.get("data_period"):
            more["data_period"] = revision["data_period"]
        asked = {"id": revision["id"], **more}
        try:
            return call("sonla_revision_submit", self.officer, **asked)
        except tk.ValidationError as error:
            missing: Any = error.error_dict.get("missing")
            if not missing:
                raise
        asked["reasons"] = {one["key"]: REASON for one in missing}
        return call("sonla_revision_submit", self.officer, **asked)

    def _revision(self, dataset_id: str) -> dict[str, Any]:
        """Return the revision that is open, else the newest."""
        found = call("sonla_revision_list", self.officer, dataset_id=dataset_id)
        past = ("published", "superseded", "withdrawn", "discarded")
        revisions = sorted(found["results"], key=lambda line: line["state"] in past)
        return revisions[0]

    def _drafted(self, told: dict[str, Any]) -> None:
        if model.Package.get(self.name) is None:
            call(
                "package_create",
                self.officer,
                name=self.name,
                title=self.title,
                title_en=self.entry.title_en,
                notes=(
                    f"{self.entry.description()} Nguồn: {self.entry.source}.\n\n{MARK}"
                ),
                notes_en=f"{self.entry.title_en}. {MARK_EN}",
                owner_org=self.agency,
                catalogue_entry=self.entry.code,
                tags=[{"name": "trình diễn"}],
            )
        dataset = call("package_show", self.officer, id=self.name)
        if not dataset["resources"]:
            with self._csv(told) as upload:
                call(
                    "resource_create",
                    self.officer,
                    package_id=dataset["id"],
                    name=f"{self.title} (bảng)",
                    format="CSV",
                    upload=upload,
                )
        self._loaded(dataset["id"])

    @contextmanager
    def _csv(self, told: dict[str, Any]) -> Iterator[FileStorage]:
        """Give the table's file, up to a month if the story says so.

        An update without one brings fewer rows, so that there is something to compare.
        """
        skip = 4 if "state" in told and "until" not in told else 0
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{self.entry.table}.csv"
            tables.write_csv(
                self.entry, path, self.commune, skip=skip, until=told.get("until")
            )
            yield FileStorage(io.BytesIO(path.read_bytes()), filename=path.name)

    def _loaded(self, package_id: str) -> None:
        """Wait until the files are tables; work off the queue if no worker runs."""
        until = time.monotonic() + LOAD_SECONDS
        while True:
            found = call("sonla_load_list", self.officer, package_id=package_id)
            states = {line["state"] for line in found["results"]}
            if not states & {"waiting", "running"}:
                break
            if time.monotonic() > until:
                raise tk.ValidationError({"load": [f"{self.name} is not loaded yet"]})
            if jobs.QUICK not in jobs.served():
                Worker().work(burst=True)
            time.sleep(0.1)
            model.Session.rollback()


def _days(told: dict[str, Any]) -> tuple[datetime, datetime, datetime]:
    """Return when it was drafted, submitted and decided."""
    officer, leader = told.get("took", TOOK)
    decided = morning(told["day"]) + timedelta(hours=2)
    submitted = decided - timedelta(days=leader, hours=1)
    return submitted - timedelta(days=officer), submitted, decided
