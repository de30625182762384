"""What strangers see is what was published: filters on CKAN's reads that show drafts.

CKAN asks the search index for most lists, and the index knows who may see what. These
actions read the tables directly, so a draft would show through its tags, its formats,
its membership of an agency or a domain, or the object that a harvester made it from.
The tags of a vocabulary are reference data and stay listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model

if TYPE_CHECKING:
    from ckan.types import Context


def _is_public() -> sa.ColumnElement[bool]:
    return sa.and_(model.Package.state == "active", ~model.Package.private)


def _public_tags() -> set[str]:
    """Return the names of the free tags that public datasets bear."""
    return set(
        model.Session.scalars(
            sa.select(model.Tag.name)
            .join(model.PackageTag, model.PackageTag.tag_id == model.Tag.id)
            .join(model.Package, model.Package.id == model.PackageTag.package_id)
            .where(
                model.Tag.vocabulary_id.is_(None),
                model.PackageTag.state == "active",
                _is_public(),
            )
        )
    )


def _name(tag: dict[str, Any] | str) -> str:
    return tag["name"] if isinstance(tag, dict) else tag


def _cut(found: list[Any], data_dict: dict[str, Any]) -> list[Any]:
    """Apply `limit` and `offset` after the filter, so that pages stay whole."""
    start = int(data_dict.get("offset") or 0)
    limit = data_dict.get("limit")
    return found[start:] if limit is None else found[start : start + int(limit)]


def _unpaged(data_dict: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in data_dict.items() if k not in ("limit", "offset")}


@tk.chained_action
@tk.side_effect_free
def tag_list(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """List the tags of public datasets only."""
    found = original(context, data_dict)
    if data_dict.get("vocabulary_id"):
        return found
    public = _public_tags()
    return [
        tag
        for tag in found
        if (tag["name"] if isinstance(tag, dict) else tag) in public
    ]


@tk.chained_action
@tk.side_effect_free
def tag_search(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """Search among the tags of public datasets only."""
    found = original(context, _unpaged(data_dict))["results"]
    if not data_dict.get("vocabulary_id"):
        public = _public_tags()
        found = [tag for tag in found if tag["name"] in public]
    return {"count": len(found), "results": _cut(found, data_dict)}


@tk.chained_action
@tk.side_effect_free
def tag_autocomplete(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """Complete with the tags of public datasets only."""
    found = original(context, _unpaged(data_dict))
    if not data_dict.get("vocabulary_id"):
        public = _public_tags()
        found = [name for name in found if name in public]
    return _cut(found, data_dict)


@tk.chained_action
@tk.side_effect_free
def tag_show(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """Show a tag once a public dataset bears it."""
    found = original(context, data_dict)
    if not found.get("vocabulary_id") and found["name"] not in _public_tags():
        # In CKAN's words of a tag that doesn't exist, which are none.
        raise tk.ObjectNotFound
    return found


@tk.chained_action
@tk.side_effect_free
def resource_search(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """Give the resources in one order: CKAN's is that of the rows on the disk."""
    return original(context, {"order_by": "id", **data_dict})


@tk.chained_action
@tk.side_effect_free
def format_autocomplete(
    original: Any, context: Context, data_dict: dict[str, Any]
) -> Any:
    """Complete with the formats of public resources only, the commonest first."""
    offered = original(context, {**data_dict, "limit": None})
    counted = sa.func.count(model.Resource.id)
    public = model.Session.execute(
        sa.select(sa.func.lower(model.Resource.format))
        .join(model.Package, model.Package.id == model.Resource.package_id)
        .where(model.Resource.state == "active", _is_public())
        .group_by(sa.func.lower(model.Resource.format))
        .order_by(counted.desc(), sa.func.lower(model.Resource.format))
    ).scalars()
    kept = set(offered)
    return _cut(
        [name for name in public if name in kept],
        {"limit": data_dict.get("limit", 5)},
    )


@tk.chained_action
@tk.side_effect_free
def member_list(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """List the public datasets among the members of an agency or a domain."""
    found = original(context, data_dict)
    if context.get("ignore_auth"):
        return found
    named = [id_ for id_, kind, _capacity in found if kind == "package"]
    public = set(
        model.Session.scalars(
            sa.select(model.Package.id).where(model.Package.id.in_(named), _is_public())
        )
    )
    return [row for row in found if row[1] != "package" or row[0] in public]


@tk.chained_action
@tk.side_effect_free
def harvest_object_show(
    original: Any, context: Context, data_dict: dict[str, Any]
) -> Any:
    """Show what a dataset was harvested from to those who may see the dataset.

    An object that became no dataset is its source's own affair.
    """
    found = original(context, data_dict)
    if context.get("ignore_auth"):
        return found
    asking = cast("Context", dict(context))
    if found.get("package_id"):
        tk.check_access("package_show", asking, {"id": found["package_id"]})
    else:
        tk.check_access("harvest_source_update", asking, {"id": found["source"]})
    return found
