"""People, datasets and revisions for the tests of the approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import call_action


@dataclass(frozen=True)
class Office:
    """An agency with its two accounts (article 5.2)."""

    id: str
    name: str
    officer: str
    leader: str


def appoint(agency_id: str, role: str) -> str:
    """Make an account that holds a role in an agency, and return its name."""
    user = factories.User()
    model.Session.add(
        model.Member(
            group=model.Group.get(agency_id),
            table_name="user",
            table_id=user["id"],
            capacity=role,
            state="active",
        )
    )
    model.Session.commit()
    return user["name"]


def office(**values: Any) -> Office:
    """Make an agency with an officer and a leader."""
    stub = factories.Organization.stub()
    agency = model.Group(
        name=stub.name, title=stub.title, type="organization", is_organization=True
    )
    for name, value in values.items():
        setattr(agency, name, value)
    model.Session.add(agency)
    model.Session.commit()
    return Office(
        id=agency.id,
        name=agency.name,
        officer=appoint(agency.id, "officer"),
        leader=appoint(agency.id, "leader"),
    )


def act(user: str | None, action: str, **data: Any) -> Any:
    """Call an action as somebody, with authorization; None is a stranger."""
    context = {
        "user": user or "",
        "auth_user_obj": model.User.get(user or None),
        "ignore_auth": False,
    }
    return call_action(action, context, **data)


def draft(office_: Office, **values: Any) -> dict[str, Any]:
    """Let the officer draft a dataset, and return its first revision."""
    values = {
        "name": factories.Dataset.stub().name,
        "title": "Danh mục trường tiểu học",
        "notes": "Các trường tiểu học của tỉnh.",
        "owner_org": office_.id,
        **values,
    }
    package = act(office_.officer, "package_create", **values)
    return act(office_.officer, "sonla_revision_list", dataset_id=package["id"])[
        "results"
    ][0]


def submit(office_: Office, revision: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Let the officer submit a revision."""
    return act(office_.officer, "sonla_revision_submit", id=revision["id"], **values)


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
