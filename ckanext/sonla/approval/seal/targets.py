"""Which packages a write action is about, found in what it is called with.

The auth functions that hide buttons, and the refusals of actions that change sealed
data without changing a sealed row, look their target up here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from ckan import model

Target = Callable[[dict[str, Any]], list[str]]


def package(*keys: str) -> Target:
    """Find the packages that some of the parameters name, by id or name."""

    def find(data_dict: dict[str, Any]) -> list[str]:
        named = (data_dict.get(key) for key in keys)
        found = (model.Package.get(name) for name in named if isinstance(name, str))
        return [package.id for package in found if package is not None]

    return find


def resource(*keys: str) -> Target:
    """Find the package of the resource that the first present parameter names."""

    def find(data_dict: dict[str, Any]) -> list[str]:
        name = next((data_dict[key] for key in keys if data_dict.get(key)), None)
        found = model.Resource.get(name) if isinstance(name, str) else None
        return [str(found.package_id)] if found else []

    return find


def view(data_dict: dict[str, Any]) -> list[str]:
    """Find the package of the resource view that `id` names."""
    found = model.ResourceView.get(str(data_dict.get("id")))
    return resource("id")({"id": found.resource_id}) if found else []


def given_package(data_dict: dict[str, Any]) -> list[str]:
    """Find the package that is given whole."""
    return package("id")(data_dict.get("package") or {})


def given_resource(data_dict: dict[str, Any]) -> list[str]:
    """Find the package of the resource that is given whole."""
    return resource("id")(data_dict.get("resource") or {})


def new_table(data_dict: dict[str, Any]) -> list[str]:
    """Find what `datastore_create` writes to: a resource, or a new one's package."""
    made = data_dict.get("resource")
    if isinstance(made, dict):
        return package("package_id")(made)
    return resource("resource_id", "id")(data_dict)


def several(data_dict: dict[str, Any]) -> list[str]:
    """Find the packages that `bulk_update_*` lists."""
    listed = data_dict.get("datasets") or []
    return [id_ for name in listed for id_ in package("id")({"id": name})]


def task(data_dict: dict[str, Any]) -> list[str]:
    """Find the package that a task status is about, through its row or its entity."""
    row = model.Session.get(model.TaskStatus, str(data_dict.get("id")))
    named = [data_dict.get("entity_id"), row.entity_id if row else None]
    return [
        id_
        for name in named
        if isinstance(name, str)
        for id_ in (*resource("id")({"id": name}), *package("id")({"id": name}))
    ]


def harvested(data_dict: dict[str, Any]) -> list[str]:
    """Find the packages that a harvest source brought."""
    rows = model.Session.execute(
        sa.text(
            "SELECT DISTINCT package_id FROM harvest_object"
            " WHERE harvest_source_id = :id AND current AND package_id IS NOT NULL"
        ),
        {"id": str(data_dict.get("id"))},
    )
    return [row.package_id for row in rows]


def of_agency(data_dict: dict[str, Any]) -> list[str]:
    """Find a sealed package of the agency that `id` names."""
    agency = model.Group.get(str(data_dict.get("id")))
    rows = model.Session.execute(
        sa.text(
            "SELECT id FROM package"
            " WHERE owner_org = :id AND sonla_seal_sealed(id) LIMIT 1"
        ),
        {"id": agency.id if agency else None},
    )
    return [row.id for row in rows]


def relationship(data_dict: dict[str, Any]) -> list[str]:
    """Find both ends of a relationship between packages."""
    return package("subject", "object")(data_dict)


def member(data_dict: dict[str, Any]) -> list[str]:
    """Find the package that joins or leaves an agency or a domain."""
    is_package = data_dict.get("object_type") == "package"
    return package("object")(data_dict) if is_package else []
