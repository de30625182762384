"""A small portal with something of everything, for the tests of its pages."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckan.tests import factories
from ckanext.sonla.intake import loads
from tests.factories import approval, catalogue

if TYPE_CHECKING:
    from tests.factories.approval import Office

HEADER = "Mã trường,Tên trường,Số học sinh\n"
CSV = HEADER + "".join(
    f"TH{number:03},Tiểu học số {number},{number * 41}\n" for number in range(1, 61)
)


@dataclass(frozen=True)
class Town:
    """An agency, its published dataset with a table, and a draft of another."""

    office: Office
    published: dict[str, Any]
    draft: dict[str, Any]
    resource: str
    entry: str
    domain: str


def town() -> Town:
    """Make the small portal by the actions that people call."""
    office = approval.office(title="Sở Giáo dục và Đào tạo", agency_kind="department")
    domain = catalogue.domain(title="Giáo dục")
    entry = catalogue.entry_in_force(
        lead_agency=office.name, domain=domain["name"], update_cycle="quarterly"
    )
    first = approval.draft(
        office, catalogue_entry=entry["code"], title="Trường tiểu học"
    )
    resource = table(office, first["package_id"])
    submitted = approval.submit(office, first, data_period="2026-Q3")
    published = approval.approve(office, submitted)
    return Town(
        office=office,
        published=published,
        draft=draft(office, title="Trường mầm non"),
        resource=resource,
        entry=entry["code"],
        domain=domain["name"],
    )


def table(office: Office, package_id: str) -> str:
    """Let the officer upload a table to a draft, and the worker load it."""
    resource = approval.act(
        office.officer,
        "resource_create",
        package_id=package_id,
        name="Danh sách trường",
        description="Mỗi dòng là một trường.",
        format="CSV",
        upload=FileStorage(io.BytesIO(CSV.encode()), "truong.csv", "upload"),
    )
    settle(package_id)
    return resource["id"]


def draft(office: Office, **values: Any) -> dict[str, Any]:
    """Let the officer draft a dataset whose files are read: ready to submit."""
    revision = approval.draft(office, **values)
    settle(revision["package_id"])
    return revision


def settle(package_id: str) -> None:
    """Do the worker's part: read the files that wait."""
    for load in tk.get_action("sonla_load_list")(
        {"ignore_auth": True}, {"package_id": package_id}
    )["results"]:
        loads.run(load["resource_id"])


def log_in(name: str) -> dict[str, str]:
    """Return the headers of a request that an account makes."""
    return {"Authorization": factories.APIToken(user=name)["token"]}
