"""The rows of a published dataset, compared with the content that was approved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import digest, freezing, hand
from ckanext.sonla.approval.drafting import relating
from ckanext.sonla.approval.history import changelog
from ckanext.sonla.approval.lifecycle import serving
from ckanext.sonla.shared import domains

from . import tables as integrity_tables
from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.approval.model import Revision

Content = dict[str, Any]
Pairs = list[tuple[Content | None, Content | None]]


def check(package: model.Package, published: Revision) -> Iterator[Finding]:
    """Compare field by field; tables and bytes are read only where a name fits."""
    yield from _standing(package)
    try:
        live, ids = _live(package, published)
    except (tk.ValidationError, tk.ObjectNotFound) as error:
        yield Finding("its rows can't be read any more", package.name, found=str(error))
        return
    approved: Content = published.content or {"dataset": {}, "resources": []}
    moved = _under_its_entry(package, live)
    for field, before, after in _differing(approved["dataset"], live["dataset"]):
        if field in moved:
            continue
        yield Finding("changed", package.name, None, field, before, after)
    for before, after in _pairs(approved["resources"], live["resources"]):
        yield from _resource(package.name, before, after, ids)


def _under_its_entry(package: model.Package, live: Content) -> set[str]:
    """Return the fields in which a dataset says what the edition in force decided."""
    place = domains.of_entry(package.extras.get("catalogue_entry"))
    if place is None:
        return set()
    decided = {
        "domains": [place.domain_id],
        "theme": json.loads(place.theme),
        "update_cycle": place.update_cycle,
        "frequency": place.frequency,
    }
    return {
        name for name, value in decided.items() if live["dataset"].get(name) == value
    }


def _standing(package: model.Package) -> Iterator[Finding]:
    """Compare what no digest covers: whether the public sees the dataset at all."""
    hidden = not serving.is_served(package.id)
    if bool(package.private) != hidden:
        yield Finding(
            "changed", package.name, None, "private", hidden, bool(package.private)
        )
    if package.state != model.State.ACTIVE:
        yield Finding(
            "changed", package.name, None, "state", model.State.ACTIVE, package.state
        )


def _live(
    package: model.Package, published: Revision
) -> tuple[Content, dict[int, str]]:
    """Return the content that the rows give now, and the ids of its resources."""
    shown = hand.show(package.id)
    shown["relationships_as_subject"] = relating.named(package.id)
    live = digest.canonical(
        shown,
        name=package.name,
        kind=published.kind,
        data_period=published.data_period,
        publish_at=published.publish_at,
        tables={},
        views={one["id"]: freezing.views_of(one["id"]) for one in shown["resources"]},
    )
    ids = {
        id(resource): row["id"]
        for resource, row in zip(live["resources"], shown["resources"], strict=True)
    }
    return live, ids


def _pairs(approved: list[Content], live: list[Content]) -> Pairs:
    """Pair by name; what is left over on both sides was renamed, in its place."""
    pairs = changelog.pair(approved, live)
    gone = [before for before, after in pairs if after is None]
    new = [after for before, after in pairs if before is None]
    whole = [pair for pair in pairs if None not in pair]
    if len(gone) == len(new):
        return whole + list(zip(gone, new, strict=True))
    return pairs


def _resource(
    name: str, before: Content | None, after: Content | None, ids: dict[int, str]
) -> Iterator[Finding]:
    if after is None:
        yield Finding("it is gone", name, _named(before))
        return
    if before is None:
        yield Finding("nobody approved it", name, _named(after))
        return
    for field, old, new in _differing(before, after):
        if field == "table":
            continue
        problem = "another file stands there" if field == "file" else "changed"
        yield Finding(problem, name, _named(before), field, old, new)
    yield from integrity_tables.check(
        name, _named(before), ids[id(after)], before.get("table")
    )


def _named(resource: Content | None) -> str:
    return (resource or {}).get("name") or (resource or {}).get("url") or "?"


def _differing(before: Content, after: Content) -> Iterator[tuple[str, Any, Any]]:
    for field in sorted({*before, *after}):
        if before.get(field) != after.get(field):
            yield field, before.get(field), after.get(field)
