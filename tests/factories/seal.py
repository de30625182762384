# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Two datasets of one shape, one published and one a draft, for the no-bypass test."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import files
from ckan.tests import factories
from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestSource

from . import catalogue

ROWS = [{"ma": "TH001", "ten": "Tiểu học Chiềng Lề", "so_lop": 12},
        {"ma": "TH002", "ten": "Tiểu học Quyết Thắng", "so_lop": 20}]  # fmt: skip
FIELDS = [{"id": "ma", "type": "text"}, {"id": "ten", "type": "text"},
          {"id": "so_lop", "type": "int"}]  # fmt: skip
CSV = "ma,ten,so_lop\nTH001,Tiểu học Chiềng Lề,12\nTH002,Tiểu học Quyết Thắng,20\n"


def portal_act(action: str, **data: Any) -> Any:
    """Call an action by the portal's own hand, past every authorization."""
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    return tk.get_action(action)({"ignore_auth": True, "user": site_user["name"]}, data)


@dataclass
class Subject:
    """A dataset with everything that an attempt may aim at."""

    dataset: str
    name: str
    agency: str
    own_agency: str
    other_agency: str
    domain: str
    domain_name: str
    other_domain: str
    resource: str
    linked: str
    view: str
    second_view: str
    view_type: str
    tag: str
    vocabulary: str
    vocabulary_tag: str
    partner: str
    friend: str
    newcomer: str
    source: str
    harvest_job: str
    task: str
    storage: str
    file: str
    unregistered: str

    def show(self) -> dict[str, Any]:
        """Return the dataset as it is now."""
        return portal_act("package_show", id=self.dataset)


def subject(
    agency: dict[str, Any],
    partner: str,
    storage: str,
    own_agency: str,
    view_type: str = "datatables_view",
) -> Subject:
    """Draft a dataset with a file, a linked resource, a table, views and tags."""
    domain = factories.Group()
    package = bare(agency, domain, tags=[{"name": f"truong {_number()}"}])
    uploaded, linked = _resources(package["id"])
    _loaded(uploaded)
    table(uploaded)
    views = _views(uploaded, view_type)
    vocabulary, vocabulary_tag = _vocabulary(package["id"])
    friend = factories.User()["id"]
    source, job = harvested(package["id"])
    return Subject(
        dataset=package["id"],
        name=package["name"],
        agency=agency["id"],
        own_agency=own_agency,
        other_agency=factories.Organization()["id"],
        domain=domain["id"],
        domain_name=domain["name"],
        other_domain=factories.Group()["id"],
        resource=uploaded,
        linked=linked,
        view=views[0],
        second_view=views[1],
        view_type=view_type,
        tag=package["tags"][0]["name"],
        vocabulary=vocabulary,
        vocabulary_tag=vocabulary_tag,
        partner=partner,
        friend=friend,
        newcomer=factories.User()["id"],
        source=source,
        harvest_job=job,
        task=_task(uploaded),
        storage=storage,
        file=_file(storage, f"{package['id']}.csv", friend),
        unregistered=_bytes(storage, f"{package['id']}-2.csv"),
    )


def _resources(package_id: str) -> tuple[str, str]:
    """Add a file and a link; return their ids."""
    uploaded = portal_act(
        "resource_create",
        package_id=package_id,
        name="Danh sách",
        format="CSV",
        url="truong.csv",
        upload=FileStorage(io.BytesIO(CSV.encode()), "truong.csv", "upload"),
    )
    linked = portal_act(
        "resource_create",
        package_id=package_id,
        name="Bản đồ",
        format="PDF",
        url="http://sonla.example/ban-do.pdf",
    )
    return uploaded["id"], linked["id"]


def _views(resource_id: str, view_type: str) -> list[str]:
    """Make two views of a table; return their ids."""
    return [
        portal_act(
            "resource_view_create",
            resource_id=resource_id,
            title=title,
            view_type=view_type,
        )["id"]
        for title in ("Bảng", "Bảng thứ hai")
    ]


def _loaded(resource_id: str) -> None:
    """Say that the loader is done with a file; the tests make the table themselves."""
    model.Session.execute(
        sa.text("UPDATE sonla_load SET state = 'done' WHERE resource_id = :id"),
        {"id": resource_id},
    )
    model.Session.commit()


def _number() -> int:
    return factories.fake.unique.random_int(100, 999999)


def _bytes(storage: str, location: str) -> str:
    path = Path(str(files.get_storage(storage).settings.path)) / location
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CSV, encoding="utf-8")
    return location


def _file(storage: str, location: str, owner: str) -> str:
    """Register bytes of a storage with CKAN's file manager."""
    record = model.File(
        name=location, storage=storage, location=_bytes(storage, location)
    )
    model.Session.add(record)
    model.Session.flush()
    model.Session.add(
        model.FileOwner(file_id=record.id, owner_type="user", owner_id=owner)
    )
    model.Session.commit()
    return record.id


def bare(
    agency: dict[str, Any], domain: dict[str, Any], **values: Any
) -> dict[str, Any]:
    """Draft a dataset without resources, for an entry of its own."""
    code = values.pop("catalogue_entry", None) or entry(agency, domain)
    return portal_act(
        "package_create",
        **{
            "name": factories.Dataset.stub().name,
            "title": "Trường tiểu học",
            "notes": "Các trường tiểu học của tỉnh.",
            "owner_org": agency["id"],
            "catalogue_entry": code,
            **values,
        },
    )


def entry(agency: dict[str, Any], domain: dict[str, Any]) -> str:
    """Put an entry of an agency under a domain into the catalogue; return its code."""
    return catalogue.entry_in_force(
        lead_agency=agency["name"], domain=domain["name"], update_cycle="once"
    )["code"]


def table(resource_id: str) -> None:
    """Give a resource a table in the DataStore, with an alias."""
    portal_act(
        "datastore_create",
        resource_id=resource_id,
        fields=FIELDS,
        records=ROWS,
        primary_key=["ma"],
        aliases=[f"bang_{resource_id[:8]}"],
        force=True,
    )


def _vocabulary(package_id: str) -> tuple[str, str]:
    vocabulary = factories.Vocabulary()
    tag = portal_act(
        "tag_create",
        name=f"chu de {_number()}",
        vocabulary_id=vocabulary["id"],
    )
    model.Session.add(
        model.PackageTag(model.Package.get(package_id), model.Tag.get(tag["id"]))
    )
    model.Session.commit()
    return vocabulary["id"], tag["id"]


def harvested(package_id: str) -> tuple[str, str]:
    """Say that a harvest source brought a package."""
    source = portal_act(
        "harvest_source_create",
        name=factories.Dataset.stub().name,
        title="Nguồn",
        url=f"http://{factories.fake.unique.domain_name()}/",
        source_type="sonla_ckan",
        config='{"owner": "Sở Y tế", "contact": "0212 3852 001"}',
        owner_org=factories.Organization()["id"],
    )
    # The upstream type is refused by now; a source of before may have it.
    row: Any = HarvestSource.get(source["id"])
    row.type = "ckan"
    model.Session.commit()
    job = HarvestJob(source=HarvestSource.get(source["id"]))
    job.save()
    HarvestObject(
        guid=package_id, current=True, job=job, content="{}", package_id=package_id,
        state="COMPLETE",
    ).save()  # fmt: skip
    model.Session.commit()
    return source["id"], str(job.id)


def _task(resource_id: str) -> str:
    return portal_act(
        "task_status_update",
        entity_id=resource_id,
        entity_type="resource",
        task_type="xloader",
        key="xloader",
        value="{}",
        state="complete",
        error="{}",
        last_updated="2026-01-01T00:00:00",
    )["id"]
