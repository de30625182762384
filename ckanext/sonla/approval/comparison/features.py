"""Two maps compared feature by feature (GeoJSON, RFC 7946)."""

from __future__ import annotations

import json
from typing import IO, Any

# A map is read whole: above it only the files' sizes are compared.
LARGEST = 64 * 1024 * 1024
LISTED = 200
# Properties that name a feature where it has no `id` of its own (RFC 7946, 3.2).
KEYS = ("id", "ma", "code", "gid", "fid", "objectid")

Feature = dict[str, Any]


def compare(before: IO[bytes], after: IO[bytes]) -> dict[str, Any] | None:
    """Return `key`, `counts` and the first `results`; None if one is no GeoJSON."""
    old, new = _features(before), _features(after)
    if old is None or new is None:
        return None
    key = _key(old, new)
    if key is None:
        return {
            "key": None,
            "features_before": len(old),
            "features_after": len(new),
            "counts": None,
            "results": [],
        }
    was = {_name(one, key): one for one in old}
    is_ = {_name(one, key): one for one in new}
    told = [
        {"change": change, "key": name, **_told(was.get(name), is_.get(name))}
        for name in [*is_, *(name for name in was if name not in is_)]
        if (change := _change(was.get(name), is_.get(name)))
    ]
    return {
        "key": key,
        "features_before": len(old),
        "features_after": len(new),
        "counts": {
            change: sum(one["change"] == change for one in told)
            for change in ("added", "removed", "changed")
        },
        "results": told[:LISTED],
    }


def _features(stream: IO[bytes]) -> list[Feature] | None:
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        return None
    try:
        tree = json.loads(data)
    except ValueError:
        return None
    if not isinstance(tree, dict) or not isinstance(tree.get("features"), list):
        return None
    return [one for one in tree["features"] if isinstance(one, dict)]


def _key(old: list[Feature], new: list[Feature]) -> str | None:
    """Return what names every feature of both maps, each only once."""
    for key in ("", *KEYS):
        if all(_names_each(features, key) for features in (old, new)):
            return key or "id"
    return None


def _names_each(features: list[Feature], key: str) -> bool:
    names = [_value(feature, key) for feature in features]
    return None not in names and len({str(name) for name in names}) == len(names)


def _name(feature: Feature, key: str) -> str:
    own = feature.get("id")
    return str(own if own is not None and key == "id" else _value(feature, key))


def _value(feature: Feature, key: str) -> Any:
    if not key:
        return feature.get("id")
    properties = feature.get("properties") or {}
    found = next((name for name in properties if name.lower() == key), None)
    value = properties.get(found) if found else None
    return value if isinstance(value, str | int) else None


def _change(was: Feature | None, is_: Feature | None) -> str | None:
    if was is None or is_ is None:
        return "added" if was is None else "removed"
    return "changed" if _content(was) != _content(is_) else None


def _content(feature: Feature) -> tuple[Any, Any]:
    return feature.get("properties"), feature.get("geometry")


def _told(was: Feature | None, is_: Feature | None) -> dict[str, Any]:
    before = (was or {}).get("properties") or {}
    after = (is_ or {}).get("properties") or {}
    both = was is not None and is_ is not None
    return {
        "before": before if was is not None else None,
        "after": after if is_ is not None else None,
        "columns": [
            name
            for name in {**after, **before}
            if both and before.get(name) != after.get(name)
        ],
        "moved": both and (was or {}).get("geometry") != (is_ or {}).get("geometry"),
    }
