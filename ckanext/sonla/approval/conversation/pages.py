"""Points of a conversation on the pages: the form that makes them, and their places."""

from __future__ import annotations

from typing import Any

import flask

from ckanext.sonla.approval import states
from ckanext.sonla.approval.review import revision_on
from ckanext.sonla.shared.asking import sonla_ask

# How many points a form offers; more go into a second remark, or through the API.
OFFERED = 3
_PARTS = ("text", "column", "row")


def points_of(form: Any) -> list[dict[str, Any]]:
    """Return the points that a form gives; `place` is `field:title` or a file's id."""
    points = []
    for number in range(OFFERED):
        point = {
            part: form.get(f"point-{number}-{part}", "").strip() for part in _PARTS
        }
        if not point["text"]:
            continue
        kind, _, name = form.get(f"point-{number}-place", "").partition(":")
        if kind in ("field", "resource_id"):
            point[kind] = name
        points.append({part: value for part, value in point.items() if value})
    return points


def open_points(revision: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return the points of a revision's conversation that nobody has answered yet."""
    return [
        point
        for comment in (revision or {}).get("comments") or []
        for point in comment["points"]
        if not point["answered"]
    ]


def points_about(
    revision: dict[str, Any], resource_id: str | None
) -> list[dict[str, Any]]:
    """Return the points about a file, by its public or its working id.

    Without an id they are those at a field of the dataset itself.
    """
    of = {one["working_id"]: one["public_id"] for one in revision.get("resources", [])}
    asked = of.get(resource_id or "", resource_id)
    return [
        point
        for comment in revision.get("comments") or []
        for point in comment["points"]
        if of.get(point.get("resource_id") or "", point.get("resource_id")) == asked
        and (asked or point.get("field"))
    ]


def points_at(
    package_id: str | None, resource_id: str | None, field: str
) -> list[dict[str, Any]]:
    """Return the open points at a field of a draft's form, for its officer."""
    if not package_id:
        return []
    revision = _drafted_on(package_id)
    if revision is None:
        return []
    asked = resource_id if resource_id != revision["package_id"] else None
    return [
        point
        for point in open_points(revision)
        if point.get("field") == field and point.get("resource_id") == asked
    ]


def _drafted_on(package_id: str) -> dict[str, Any] | None:
    """Return the revision drafted on a package; a form asks for each of its fields."""
    known: dict[str, Any] = flask.g.setdefault("sonla_drafted", {})
    if package_id not in known:
        found = revision_on(package_id)
        drafted = found is not None and found["state"] in states.EDITABLE
        known[package_id] = found if drafted else None
    return known[package_id]


def places_of(package: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Return the places that a form offers to point at: value and label."""
    if not package:
        return []
    schema = sonla_ask("scheming_dataset_schema_show", type="dataset") or {}
    return [
        *(
            (f"field:{one['field_name']}", one["label"])
            for one in schema.get("dataset_fields", [])
            if one.get("label")
        ),
        *(
            (f"resource_id:{one['id']}", one.get("name") or one["id"])
            for one in package.get("resources") or []
        ),
    ]
