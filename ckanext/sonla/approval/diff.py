"""What a revision changes: field by field, file by file, and rows by their key."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ckan import model

from . import digest, freezing, rowdiff, staging, states
from .model import Revision, RevisionResource, published_of

Content = dict[str, Any]


def of(
    revision: Revision, resource_id: str | None, limit: int, offset: int
) -> dict[str, Any]:
    """Compare a revision with what the public saw before it.

    Args:
        resource_id: whose rows to list, if any; a resource of the revision's package.
        limit: how many rows.
        offset: after how many rows.
    """
    base = _base_of(revision)
    before = base.content if base and base.content else None
    after = revision.content or _as_it_stands(revision)
    pairs = _pairs(revision, before, after)
    result = {
        "revision": revision.id,
        "base": base.id if base else None,
        "dataset": _fields(before["dataset"] if before else {}, after["dataset"])
        + _fields(_about(before), _about(after)),
        "resources": [_resource(*pair) for pair in pairs],
    }
    if resource_id is not None:
        result["rows"] = _rows(pairs, resource_id, limit, offset)
    return result


def _base_of(revision: Revision) -> Revision | None:
    """Return the revision that a revision follows, or would."""
    if revision.state not in states.PUBLIC:
        return published_of(revision.dataset_id)
    return model.Session.scalars(
        sa.select(Revision)
        .where(
            Revision.dataset_id == revision.dataset_id,
            Revision.state == states.SUPERSEDED,
            Revision.published < revision.published,
        )
        .order_by(Revision.published.desc())
        .limit(1)
    ).one_or_none()


def _as_it_stands(revision: Revision) -> Content:
    package = freezing.drafted(revision)
    return digest.canonical(
        package,
        name=package["name"].rsplit("--", 1)[0]
        if not revision.is_first()
        else package["name"],
        kind=revision.kind,
        data_period=revision.data_period,
        publish_at=revision.publish_at,
        tables={},
        views={r["id"]: freezing.views_of(r["id"]) for r in package["resources"]},
    )


def _about(content: Content | None) -> dict[str, Any]:
    if content is None:
        return {}
    return {name: content[name] for name in ("data_period", "publish_at")}


def _fields(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


# (working id, public id, what was, what is): one resource, either side may be missing.
Pair = tuple[str | None, str | None, Content | None, Content | None]


def _pairs(revision: Revision, before: Content | None, after: Content) -> list[Pair]:
    old = list(before["resources"]) if before else []
    new = list(after["resources"])
    if revision.state in states.PUBLIC:
        return _by_name(old, new)
    working_ids = staging.resource_ids(revision.package_id)
    public_ids = [] if before is None else staging.resource_ids(revision.dataset_id)
    was = dict(zip(public_ids, old, strict=False))
    known = {
        row.working_id: row.public_id
        for row in model.Session.scalars(
            sa.select(RevisionResource).where(
                RevisionResource.revision_id == revision.id
            )
        )
    }
    pairs: list[Pair] = []
    for working_id, resource in zip(working_ids, new, strict=False):
        public_id = known.get(working_id)
        pairs.append((working_id, public_id, was.pop(public_id or "", None), resource))
    return pairs + [(None, public_id, gone, None) for public_id, gone in was.items()]


def _by_name(old: list[Content], new: list[Content]) -> list[Pair]:
    """Pair the resources of two past states, whose ids nobody kept, by name."""
    left = list(old)
    pairs: list[Pair] = []
    for resource in new:
        found = next((o for o in left if o.get("name") == resource.get("name")), None)
        if found is not None:
            left.remove(found)
        pairs.append((None, None, found, resource))
    return pairs + [(None, None, gone, None) for gone in left]


def _resource(
    working_id: str | None,
    public_id: str | None,
    before: Content | None,
    after: Content | None,
) -> dict[str, Any]:
    apart = ("file", "table")
    fields = _fields(
        {k: v for k, v in (before or {}).items() if k not in apart},
        {k: v for k, v in (after or {}).items() if k not in apart},
    )
    old_file, new_file = (side and side["file"] for side in (before, after))
    table = _table(working_id, public_id, before, after)
    if before is None or after is None:
        change = "added" if before is None else "removed"
    else:
        touched = fields or old_file != new_file or (table and table["changed"])
        change = "changed" if touched else "unchanged"
    return {
        "resource_id": working_id or public_id,
        "public_id": public_id,
        "name": (after or before or {}).get("name"),
        "change": change,
        "fields": fields if before and after else [],
        "file": None
        if old_file == new_file
        else {"before": old_file, "after": new_file},
        "table": table,
    }


def _table(
    working_id: str | None,
    public_id: str | None,
    before: Content | None,
    after: Content | None,
) -> dict[str, Any] | None:
    """Return how many rows come and go; None where neither side has a table."""
    pair = _tables_of(working_id, public_id)
    if pair is not None:
        counts = rowdiff.counts(*pair)
        if counts is not None:
            return counts
    old, new = (side and side.get("table") for side in (before, after))
    if not old and not new:
        return None
    return {
        "rows_before": old["rows"] if old else 0,
        "rows_after": new["rows"] if new else 0,
        "changed": (old or {}).get("sha256") != (new or {}).get("sha256"),
        "counts": None,
        "key": [],
    }


def _tables_of(
    working_id: str | None, public_id: str | None
) -> tuple[str | None, str | None] | None:
    """Return the tables of both sides, while the revision isn't published."""
    if working_id is None and public_id is None:
        return None
    behind = staging.table_behind(working_id) if working_id else None
    return (public_id if public_id != working_id else None), behind


def _rows(
    pairs: list[Pair], resource_id: str, limit: int, offset: int
) -> dict[str, Any] | None:
    for working_id, public_id, _, _ in pairs:
        if resource_id in (working_id, public_id):
            pair = _tables_of(working_id, public_id)
            return rowdiff.rows(*pair, limit, offset) if pair else None
    return None
