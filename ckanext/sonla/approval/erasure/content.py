"""Erasing in the frozen content of revisions.

The digest stays, and the marks say why it is no longer the content's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ckan import model
from ckanext.sonla.approval import digest, freezing, hand
from ckanext.sonla.approval.drafting import relating

from . import rows as erasing_csv
from .asked import instead_of

if TYPE_CHECKING:
    from ckanext.sonla.approval.model import Revision

    from .asked import Item
    from .live import Work

MARKS = "erased"
_FINDING = ("check", "rule", "severity", "table", "column", "row", "key")


def without(content: dict[str, Any], work: Work) -> dict[str, Any] | None:
    """Return a content without what is erased; None if it has nothing of it."""
    marks: list[dict[str, Any]] = []
    dataset = dict(content.get("dataset") or {})
    marks += _fields(dataset, work.of_dataset())
    resources = []
    for number, resource in enumerate(content.get("resources") or [], start=1):
        items = work.of_resource(resource)
        cleaned, told = _resource(resource, items, work) if items else (resource, [])
        resources.append(cleaned)
        marks += [{**one, "resource": number} for one in told]
    if not marks:
        return None
    kept = [*content.get(MARKS, []), {"erasure": work.erasure_id, "parts": marks}]
    return {**content, "dataset": dataset, "resources": resources, MARKS: kept}


def put(revision: Revision, content: dict[str, Any] | None) -> None:
    """Write a revision's content, and its findings without their samples."""
    if content is None:
        return
    revision.content = content
    revision.findings = [
        {key: finding[key] for key in _FINDING if key in finding}
        for finding in revision.findings or []
    ]
    model.Session.flush()


def current(published: Revision, work: Work) -> dict[str, Any]:
    """Return the content of what is public now, with the marks of what was taken."""
    before = published.content or {}
    with hand.own_hand():
        package = hand.show(published.dataset_id)
    package["relationships_as_subject"] = relating.named(published.dataset_id)
    described = {}
    frozen = before.get("resources") or []
    for resource, old in zip(package["resources"], frozen, strict=False):
        if not old.get("table"):
            continue
        cleaned = work.cleaned.get(resource["id"])
        described[resource["id"]] = old["table"] if cleaned is None else {
            **old["table"],
            "rows": cleaned.export.rows,
            "sha256": cleaned.export.sha256,
        }  # fmt: skip
    content = digest.canonical(
        package,
        name=package["name"],
        kind=published.kind,
        data_period=published.data_period,
        publish_at=published.publish_at,
        tables=described,
        views={r["id"]: freezing.views_of(r["id"]) for r in package["resources"]},
    )
    marks = before.get(MARKS)
    return {**content, MARKS: marks} if marks else content


def _resource(
    resource: dict[str, Any], items: list[Item], work: Work
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a frozen resource without what is erased, and the marks."""
    result = dict(resource)
    marks = _fields(result, items)
    told = _table(result, [one for one in items if one.rows or one.columns], work)
    marks += told
    if (told or any(one.file for one in items)) and result.get("file"):
        work.addresses.add(result["file"]["sha256"])
        result["file"] = None
        marks.append({"file": True})
    return result, marks


def _fields(values: dict[str, Any], items: list[Item]) -> list[dict[str, Any]]:
    gone = [item.field for item in items if item.field and values.pop(item.field, None)]
    for name in gone:
        if (instead := instead_of(name)) is not None:
            values[name] = instead
    return [{"field": name} for name in gone]


def _table(
    resource: dict[str, Any], items: list[Item], work: Work
) -> list[dict[str, Any]]:
    table = resource.get("table")
    if not items or not table:
        return []
    try:
        address, rows, touched = erasing_csv.without(table["sha256"], items)
    except FileNotFoundError:
        # Retention has ended the export; of its rows nothing is left to erase.
        return []
    if not touched:
        return []
    work.addresses.add(table["sha256"])
    resource["table"] = {**table, "sha256": address, "rows": rows}
    return [{**item.told(), "touched": touched} for item in items]
