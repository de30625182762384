"""A demonstration dataset's way: drafted, loaded, submitted, approved or returned."""

from __future__ import annotations

import io
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.jobs import Worker

from . import tables
from .accounts import call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facts import Commune, Entry

MARK = "Dữ liệu trình diễn, không phải số liệu chính thức."
MARK_EN = "Demonstration data, not official figures."
REASON = "Dữ liệu trình diễn: đã xem, đúng như dự định."
LOAD_SECONDS = 300


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

    def walk(self, state: str, told: dict[str, Any]) -> None:
        """Bring a first publication as far as the story says.

        Args:
            state: `draft`, `submitted`, `returned` or `published`.
            told: the period of the data, and the leader's directions if returned.
        """
        dataset = self._drafted()
        revision = self._revision(dataset["id"])
        if revision["state"] == "draft" and state != "draft":
            if told.get("period"):
                revision["data_period"] = told["period"]
            revision = self._submit(revision)
        if revision["state"] != "submitted":
            return
        if state == "published":
            call(
                "sonla_revision_approve",
                self.leader,
                id=revision["id"],
                digest=revision["digest"],
            )
        elif state == "returned":
            call(
                "sonla_revision_return",
                self.leader,
                id=revision["id"],
                comment=told["comment"],
            )

    def update(self, told: dict[str, Any]) -> None:
        """Open an update that replaces the file, and submit it if the story says so."""
        dataset = call("package_show", self.officer, id=self.name)
        revision = self._revision(dataset["id"])
        if revision["state"] == "published":
            revision = call(
                "sonla_revision_open", self.officer, dataset_id=dataset["id"]
            )
        if revision["state"] != "draft":
            return
        working = call("package_show", self.officer, id=revision["package_id"])
        with self._csv(skip=4) as upload:
            call(
                "resource_patch",
                self.officer,
                id=working["resources"][0]["id"],
                upload=upload,
            )
        self._loaded(working["id"])
        if told["state"] == "submitted":
            self._submit(revision, note=told["note"])

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

    def _drafted(self) -> dict[str, Any]:
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
            with self._csv() as upload:
                call(
                    "resource_create",
                    self.officer,
                    package_id=dataset["id"],
                    name=f"{self.title} (bảng)",
                    format="CSV",
                    upload=upload,
                )
        self._loaded(dataset["id"])
        return dataset

    @contextmanager
    def _csv(self, skip: int = 0) -> Iterator[FileStorage]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{self.entry.table}.csv"
            tables.write_csv(self.entry, path, self.commune, skip=skip)
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
            if not Worker.all(connection=Worker().connection):
                Worker().work(burst=True)
            time.sleep(0.1)
            model.Session.rollback()
