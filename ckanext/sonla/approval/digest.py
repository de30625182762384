"""The canonical form of a revision's content, and its digest (docs/digest.md).

Invariant 3: the approval names what it approves. Published digests are for ever, so a
change of anything here is a new `VERSION`, and the old form stays readable beside it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

VERSION = 1

# What CKAN and its extensions derive or stamp: it may change after the approval.
SYSTEM_DATASET_FIELDS = frozenset(
    {
        "ckan_url",
        "creator_user_id",
        "extras",
        "groups",
        "id",
        "isopen",
        "license_title",
        "license_url",
        "metadata_created",
        "metadata_modified",
        "name",
        "num_resources",
        "num_tags",
        "organization",
        "owner_org",
        "plugin_data",
        "private",
        "relationships_as_object",
        "relationships_as_subject",
        "resources",
        "sonla_retired",
        "sonla_state",
        "sonla_taken_down",
        "state",
        "tags",
        "tracking_summary",
        "validated_data_dict",
    }
)
SYSTEM_RESOURCE_FIELDS = frozenset(
    {
        "cache_last_updated",
        "cache_url",
        "ckan_url",
        "created",
        "datastore_active",
        "datastore_contains_all_records_of_source_file",
        "hash",
        "id",
        "last_modified",
        "metadata_modified",
        "original_url",
        "package_id",
        "position",
        "resource_id",
        "revision_timestamp",
        "set_url_type",
        "sha256",
        "size",
        "state",
        "task_created",
        "tracking_summary",
        "url",
    }
)
SYSTEM_VIEW_FIELDS = frozenset({"id", "order", "package_id", "resource_id"})

_EMPTY: tuple[Any, ...] = (None, "", [], {})


def canonical(  # noqa: PLR0913 - a revision has this many parts; all are named
    package: dict[str, Any],
    *,
    name: str,
    kind: str,
    data_period: str | None,
    publish_at: dt.datetime | None,
    tables: dict[str, dict[str, Any]],
    views: dict[str, list[dict[str, Any]]],
) -> dict[str, Any]:
    """Return what the digest covers, as a tree of plain values.

    Args:
        package: the drafted package, as `package_show` gives it.
        name: the public name, which a working package doesn't bear.
        tables: by resource id, `{"fields", "rows", "sha256", "aliases"}` of a table.
        views: by resource id, the resource's views in their order.
    """
    return {
        "digest_version": VERSION,
        "kind": kind,
        "data_period": data_period,
        "publish_at": _instant(publish_at),
        "dataset": _dataset(package, name),
        "resources": [
            _resource(one, tables.get(one["id"]), views.get(one["id"], []))
            for one in package.get("resources", [])
        ],
    }


def _dataset(package: dict[str, Any], name: str) -> dict[str, Any]:
    return {
        **_kept(package, SYSTEM_DATASET_FIELDS),
        "name": name,
        "agency": package.get("owner_org"),
        "domains": sorted(group["id"] for group in package.get("groups", [])),
        "tags": sorted(
            [tag["name"], tag.get("vocabulary_id")] for tag in package.get("tags", [])
        ),
        "extras": sorted(
            [extra["key"], extra["value"]] for extra in package.get("extras", [])
        ),
        "relationships": _relationships(package),
    }


def _resource(
    resource: dict[str, Any],
    table: dict[str, Any] | None,
    views: list[dict[str, Any]],
) -> dict[str, Any]:
    return {
        **_kept(resource, SYSTEM_RESOURCE_FIELDS),
        "url": _address(resource),
        "file": _file(resource),
        "table": table,
        "views": [_kept(view, SYSTEM_VIEW_FIELDS) for view in views],
    }


def canonical_bytes(content: dict[str, Any]) -> bytes:
    """Return the canonical form: UTF-8 JSON, keys sorted by code point, no spaces."""
    return json.dumps(
        content,
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def digest_of(content: dict[str, Any]) -> str:
    """Return the SHA-256 of the canonical form, in lower-case hexadecimal."""
    return hashlib.sha256(canonical_bytes(content)).hexdigest()


def _kept(values: dict[str, Any], left_out: frozenset[str]) -> dict[str, Any]:
    return {
        key: _plain(value)
        for key, value in values.items()
        if key not in left_out and value not in _EMPTY
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return _instant(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def _instant(moment: dt.datetime | None) -> str | None:
    if moment is None:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
    return moment.isoformat() + "Z"


def _address(resource: dict[str, Any]) -> str:
    url = resource.get("url") or ""
    # The address of an upload carries the site's URL and both ids; its name is ours.
    return url.rsplit("/", 1)[-1] if resource.get("url_type") == "upload" else url


def _file(resource: dict[str, Any]) -> dict[str, Any] | None:
    if not resource.get("sha256"):
        return None
    return {"sha256": resource["sha256"], "size": resource.get("size")}


def _relationships(package: dict[str, Any]) -> list[list[str]]:
    return sorted(
        [
            relationship.get("type") or "",
            relationship.get("object") or "",
            relationship.get("comment") or "",
        ]
        for relationship in package.get("relationships_as_subject") or []
    )
