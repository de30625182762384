# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""People, datasets and revisions for the tests of the approval."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import call_action
from ckanext.sonla.intake import loads
from tests.factories import agencies, catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Office:
    """An agency with its two accounts (article 5.2)."""

    id: str
    name: str
    officer: str
    leader: str


def appoint(agency_id: str, role: str) -> str:
    """Make an account that holds a role in an agency, and return its name."""
    return reappoint(agency_id, agencies.person().name, role)


def reappoint(agency_id: str, user: str, role: str) -> str:
    """Give an account that holds no role one in an agency, and return its name."""
    agencies.by_decision()
    model.Session.add(
        model.Member(
            group=model.Group.get(agency_id),
            table_name="user",
            table_id=model.User.get(user).id,
            capacity=role,
            state="active",
        )
    )
    model.Session.commit()
    return user


def office(**values: Any) -> Office:
    """Make an agency with an officer and a leader."""
    agency = catalogue.agency(**values)
    return Office(
        id=agency["id"],
        name=agency["name"],
        officer=appoint(agency["id"], "officer"),
        leader=appoint(agency["id"], "leader"),
    )


def act(user: str | None, action: str, **data: Any) -> Any:
    """Call an action as somebody, with authorization; None is a stranger."""
    context = {
        "user": user or "",
        "auth_user_obj": model.User.get(user or None),
        "ignore_auth": False,
    }
    return call_action(action, context, **data)


def draft(office_: Office, cycle: str = "once", **values: Any) -> dict[str, Any]:
    """Let the officer draft a dataset, and return its first revision.

    Args:
        cycle: the update cycle of the entry that the dataset is for.
        values: of the dataset; `file` are the bytes of its one resource, if any.
    """
    if "catalogue_entry" not in values:
        entry = catalogue.entry_in_force(lead_agency=office_.name, update_cycle=cycle)
        values["catalogue_entry"] = entry["code"]
    values = {
        "name": factories.Dataset.stub().name,
        "title": "Danh mục trường tiểu học",
        "notes": "Các trường tiểu học của tỉnh.",
        "owner_org": office_.id,
        **values,
    }
    file = values.pop("file", b"%PDF-1.4 Theo so lieu")
    package = act(office_.officer, "package_create", **values)
    if file is not None:
        upload(office_, package["id"], file)
    return act(office_.officer, "sonla_revision_list", dataset_id=package["id"])[
        "results"
    ][0]


def upload(
    office_: Office, package_id: str, content: bytes, **values: Any
) -> dict[str, Any]:
    """Let the officer upload a new file, or with `id` replace one."""
    action = "resource_update" if "id" in values else "resource_create"
    values = {"name": "Ghi chú", "format": "PDF", **values}
    name = values.pop("filename", "ghi-chu.pdf")
    resource = act(
        office_.officer,
        action,
        package_id=package_id,
        upload=FileStorage(io.BytesIO(content), filename=name),
        **values,
    )
    # What the worker does; nothing can be submitted before.
    loads.run(resource["id"])
    return resource


def submit(office_: Office, revision: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Let the officer submit a revision, with a reason for whatever needs one."""
    asked = {"id": revision["id"], **values}
    try:
        return act(office_.officer, "sonla_revision_submit", **asked)
    except tk.ValidationError as error:
        missing: Any = error.error_dict.get("missing")
        if not missing or "reasons" in values:
            raise
    asked["reasons"] = {one["key"]: "Đã kiểm tra." for one in missing}
    return act(office_.officer, "sonla_revision_submit", **asked)


def approve(office_: Office, revision: dict[str, Any]) -> dict[str, Any]:
    """Let the leader approve a submitted revision by its digest."""
    return act(
        office_.leader,
        "sonla_revision_approve",
        id=revision["id"],
        digest=revision["digest"],
    )


def published(office_: Office, **values: Any) -> dict[str, Any]:
    """Publish a dataset through two people, and return its revision."""
    return approve(office_, submit(office_, draft(office_, **values)))


def show(package_id: str) -> dict[str, Any]:
    """Return a package, whoever may see it."""
    return tk.get_action("package_show")(
        {"ignore_auth": True, "user": "", "use_cache": False}, {"id": package_id}
    )


def table(office_: Office, resource_id: str, records: list[dict[str, Any]]) -> None:
    """Let the officer give a resource a table with these rows."""
    act(
        office_.officer,
        "datastore_create",
        resource_id=resource_id,
        fields=[
            {"id": "ma", "type": "text", "info": {"label": "Mã"}},
            {"id": "so", "type": "int"},
        ],
        primary_key=["ma"],
        records=records,
        force=True,
    )


def change_rows(
    office_: Office, resource_id: str, records: Iterable[dict[str, Any]]
) -> None:
    """Let the officer put rows into a table of `table`, and take A away."""
    act(
        office_.officer,
        "datastore_upsert",
        resource_id=resource_id,
        records=list(records),
        force=True,
    )
    act(
        office_.officer,
        "datastore_records_delete",
        resource_id=resource_id,
        filters={"ma": "A"},
        force=True,
    )


def rows(user: str | None, resource_id: str, limit: int = 100) -> list[dict[str, Any]]:
    """Return the rows of a table as somebody reads them, without CKAN's number."""
    found = act(
        user, "datastore_search", resource_id=resource_id, sort="_id", limit=limit
    )
    return [
        {name: value for name, value in row.items() if name != "_id"}
        for row in found["records"]
    ]


def refusal(user: str | None, action: str, **data: Any) -> Any:
    """Return why an action is refused: `403`, or the fields of a 409."""
    try:
        act(user, action, **data)
    except tk.NotAuthorized:
        model.Session.rollback()
        return "403"
    except tk.ValidationError as error:
        model.Session.rollback()
        return error.error_dict
    raise AssertionError(f"{action} was not refused")
