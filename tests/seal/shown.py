# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Datasets published by two people, and the ways in which each comes to change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ckan import model
from ckan.tests import factories
from ckanext.sonla.approval.history import versions
from tests.factories import approval, catalogue, seal

from .drafts import MARK

CSV = "ma,ten\nTH001,Tiểu học Chiềng Lề\nTH002,Tiểu học Quyết Thắng\n".encode()
MARKED = f"ma,ten\nTH001,{MARK}\nTH003,{MARK}\n".encode()
FILENAME = "truong.csv"
TABLE = "truong"
SCHEMA = {
    "fields": [{"name": "ma", "type": "string"}, {"name": "ten", "type": "string"}],
    "primaryKey": ["ma"],
}
UPDATE, NO_CHANGE, RETIREMENT = "update", "no_change", "retirement"
KINDS = (UPDATE, NO_CHANGE, RETIREMENT)


@dataclass
class Shown:
    """A published dataset, and what a stranger's address may name beside it."""

    kind: str
    office: approval.Office
    dataset: str
    name: str
    domain: str
    domain_name: str
    entry: str
    edition: str
    resource: str
    view: str
    alias: str
    tag: str
    vocabulary: str
    revision: str
    activity: str
    source: str
    harvest_job: str
    harvest_object: str
    # By its kind, the name of a version's file.
    downloads: dict[str, str]

    @property
    def agency(self) -> str:
        """Return the agency's id."""
        return self.office.id


def publish(kind: str) -> Shown:
    """Publish a dataset with a file, a table, a view and a tag through two people."""
    office = approval.office()
    domain = catalogue.domain()
    entry = _entry(office, domain)
    tag, alias = f"truong {kind}", f"bang_{kind}"
    draft = approval.draft(
        office,
        catalogue_entry=entry["code"],
        file=None,
        title=f"Trường học {kind}",
        tags=[{"name": tag}],
    )
    _fill(office, draft["package_id"], alias)
    # While it is a draft: a sealed dataset takes no harvest object.
    source, job = seal.harvested(draft["package_id"])
    submitted = approval.submit(office, draft, data_period="2026-Q3")
    revision = approval.approve(office, submitted)
    public = approval.show(revision["dataset_id"])
    resource = public["resources"][0]["id"]
    return Shown(
        kind=kind,
        office=office,
        dataset=public["id"],
        name=public["name"],
        domain=domain["id"],
        domain_name=domain["name"],
        entry=entry["code"],
        edition=_first("SELECT id FROM sonla_edition ORDER BY id LIMIT 1"),
        resource=resource,
        view=approval.act(None, "resource_view_list", id=resource)[0]["id"],
        alias=alias,
        tag=tag,
        vocabulary=factories.Vocabulary()["id"],
        revision=revision["id"],
        activity=_activity(public["id"]),
        source=source,
        harvest_job=job,
        harvest_object=_first(
            "SELECT id FROM harvest_object WHERE package_id = :id", id=public["id"]
        ),
        downloads={
            part.kind: part.filename
            for part in versions.parts(versions.versions(public["id"])[0].content)
        },
    )


def _entry(office: approval.Office, domain: dict[str, Any]) -> dict[str, Any]:
    """Put an entry with a table into force."""
    return catalogue.entry_in_force(
        lead_agency=office.name,
        domain=domain["name"],
        update_cycle="quarterly",
        formats=["CSV", "PDF"],
        tables=[{"name": TABLE, "title": "Danh sách", "schema": SCHEMA}],
    )


def _activity(dataset_id: str) -> str:
    return _first(
        "SELECT id FROM activity WHERE object_id = :id"
        " AND activity_type LIKE '%package' ORDER BY timestamp DESC LIMIT 1",
        id=dataset_id,
    )


def _fill(office: approval.Office, package_id: str, alias: str) -> None:
    resource = approval.upload(
        office,
        package_id,
        CSV,
        name="Danh sách",
        format="CSV",
        filename=FILENAME,
    )
    approval.act(
        office.officer,
        "datastore_create",
        resource_id=resource["id"],
        aliases=[alias],
        force=True,
    )
    approval.act(
        office.officer,
        "resource_view_create",
        resource_id=resource["id"],
        title="Bảng",
        view_type="datatables_view",
    )


def _first(query: str, **values: str) -> str:
    return str(model.Session.scalar(sa.text(query), values))


def draft_update(shown: Shown) -> dict[str, Any]:
    """Let the officer change everything that an update may: text, tag, file, table."""
    officer = shown.office.officer
    revision = approval.act(officer, "sonla_revision_open", dataset_id=shown.dataset)
    package = revision["package_id"]
    approval.act(
        officer,
        "package_patch",
        id=package,
        title=f"{MARK} tên",
        notes=f"{MARK} mô tả",
        tags=[{"name": f"{MARK} the khac"}],
    )
    resource = approval.show(package)["resources"][0]["id"]
    approval.upload(
        shown.office,
        package,
        MARKED,
        id=resource,
        name=f"{MARK} bảng",
        format="CSV",
        filename=f"{MARK}.csv",
    )
    approval.upload(
        shown.office,
        package,
        f"%PDF-1.4 {MARK}".encode(),
        name=f"{MARK} tệp",
        format="PDF",
        filename=f"{MARK}.pdf",
    )
    approval.act(
        officer,
        "sonla_revision_comment",
        id=revision["id"],
        text=f"{MARK} lời nhắn",
    )
    return revision


def submit(shown: Shown, revision: dict[str, Any] | None) -> dict[str, Any]:
    """Put the change before the leader, as its kind asks."""
    officer = shown.office.officer
    if shown.kind == NO_CHANGE:
        return approval.act(
            officer,
            "sonla_no_change_confirm",
            dataset_id=shown.dataset,
            data_period="2026-Q4",
        )
    if shown.kind == RETIREMENT:
        return approval.act(
            officer,
            "sonla_dataset_retire",
            dataset_id=shown.dataset,
            reason=f"{MARK} lý do",
        )
    assert revision
    return approval.submit(shown.office, revision, data_period="2026-Q4")
