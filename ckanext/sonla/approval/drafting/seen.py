"""Two windows on one draft: the second to save is told what the first one saved.

A form carries a mark of the texts that it was filled with. What loaders and clocks
write meanwhile is no part of the mark, so only a person's edit makes a conflict.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import digest
from ckanext.sonla.approval.comparison import words

FIELD = "sonla_seen"
_LENGTH = 24


def mark_of_package(package_id: str) -> str:
    """Return the mark of a package's texts as they are stored."""
    package = _shown(package_id)
    return _mark(_texts(package)) if package else ""


def mark_of_resource(resource_id: str) -> str:
    """Return the mark of a resource's texts and file as they are stored."""
    resource = _resource(resource_id)
    return _mark(_resource_texts(resource)) if resource else ""


def expect_package(data: dict[str, Any]) -> None:
    """Take the mark out of what a form sends, and refuse if somebody saved since.

    Raises:
        ValidationError: with what is stored now, in words, by field.
    """
    mark = data.pop(FIELD, None)
    package = _shown(data.get("id") or data.get("name") or "") if mark else None
    if package and mark != _mark(_texts(package)):
        mine = {name: data.get(name) for name in _texts(package) if name in data}
        raise _conflict(_texts(package), mine, of_resource=False)


def expect_resource(data: dict[str, Any]) -> None:
    """Do for a resource's form what `expect_package` does for a dataset's.

    Raises:
        ValidationError: with what is stored now, in words, by field.
    """
    mark = data.pop(FIELD, None)
    resource = _resource(data.get("id") or "") if mark else None
    if resource and mark != _mark(_resource_texts(resource)):
        raise _conflict(_resource_texts(resource), data, of_resource=True)


def _conflict(
    stored: dict[str, Any], mine: dict[str, Any], *, of_resource: bool
) -> tk.ValidationError:
    """Return the refusal: a sentence, and each field that differs from what is sent."""
    told = [
        f"{words.label(name, of_resource=of_resource)}: "
        f"{words.text(name, value, of_resource=of_resource)}"
        for name, value in stored.items()
        if isinstance(value, str) and name in mine and (mine[name] or "") != value
    ]
    sentence = tk._(
        "Somebody saved this in the meantime. What you typed is still here; save again"
        " to let it stand."
    )
    return tk.ValidationError(
        {FIELD: [sentence, *(tk._("Saved now – {text}").format(text=t) for t in told)]}
    )


def _texts(package: dict[str, Any]) -> dict[str, Any]:
    kept = {
        name: value
        for name, value in package.items()
        if name not in digest.SYSTEM_DATASET_FIELDS and value not in (None, "", [], {})
    }
    tags = sorted(tag["name"] for tag in package.get("tags", []))
    return {**kept, "name": package["name"], "tag_string": ",".join(tags)}


def _resource_texts(resource: dict[str, Any]) -> dict[str, Any]:
    kept = {
        name: value
        for name, value in resource.items()
        if name not in digest.SYSTEM_RESOURCE_FIELDS and value not in (None, "", [], {})
    }
    return {**kept, "sha256": resource.get("sha256")}


def _mark(texts: dict[str, Any]) -> str:
    text = json.dumps(texts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def _shown(package_id: str) -> dict[str, Any] | None:
    try:
        return tk.get_action("package_show")(
            {"ignore_auth": True, "user": "", "use_cache": False}, {"id": package_id}
        )
    except tk.ObjectNotFound:
        return None


def _resource(resource_id: str) -> dict[str, Any] | None:
    row = model.Session.get(model.Resource, resource_id) if resource_id else None
    package = _shown(row.package_id) if row and row.package_id else None
    found = (package or {}).get("resources") or []
    return next((one for one in found if one["id"] == resource_id), None)
