"""What a source and its approval say, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.harvesting import configuration, permissions, sources
from ckanext.sonla.harvesting.standing import terms as standing
from ckanext.sonla.harvesting.standing.model import editors_of

from . import fields as of
from . import labels, values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_DATASETS = 500
# Told apart, or elsewhere on the page.
_APART = ("owner", "contact", "dataset", "table", "fields", "approval")


def terms(source: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a leader approves of a source, for a page to say.

    Returns:
        `url`, `agency`, `owner`, `contact`, `dataset` (`name` and `title`, or None),
        `table`, `columns` (`name`, `title`, `type`, `field` of the source each),
        `ways` (name and text of what else the configuration says) and `limits`.
    """
    found = sources.source_of(source["id"])
    now = standing.of(found)
    content = now.content
    package = model.Package.get(content["dataset"])
    agency = model.Group.get(content["agency"])
    return {
        "url": content["url"],
        "agency": agency.title if agency else "",
        "owner": content["owner"],
        "contact": content["contact"],
        "dataset": package and {"name": package.name, "title": package.title},
        "table": content["table"],
        "columns": _columns(content),
        "ways": list(_ways(found.kind, content["configuration"])),
        "limits": content["limits"],
    }


def _columns(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    mapping = content["fields"]
    known = (content["schema"] or {}).get("fields", [])
    shown = [
        {
            "name": one["name"],
            "title": one.get("title") or one["name"],
            "type": one.get("type", "string"),
            "field": one["name"] if mapping is None else mapping.get(one["name"]),
        }
        for one in known
    ]
    names = {one["name"] for one in known}
    extra = {n: one for n, one in (mapping or {}).items() if n not in names}
    return [
        *shown,
        *({"name": n, "title": n, "type": None, "field": extra[n]} for n in extra),
    ]


def _ways(kind: str, config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and text of each thing that a configuration says."""
    texts = values.texts(kind, config)
    for part in of.parts(kind):
        if part.path[0] in _APART:
            continue
        if isinstance(part, of.Field):
            if part.name in texts:
                yield labels.label(part), _said(part, texts[part.name])
            continue
        chosen = texts.get(f"{part.name}.type")
        if chosen and part.path[0] in config:
            yield labels.label(part), labels.way(part, chosen)
        inner = part.branches.get(chosen or "", part.fields)
        for one in inner:
            if texts.get(one.name):
                name = f"{labels.label(part)} – {labels.label(one)}"
                yield name, _said(one, texts[one.name])


def _said(field: of.Field, text: str) -> str:
    return dict(labels.choices(field)).get(text, text)


def may_approve(source: Mapping[str, Any]) -> bool:
    """Tell whether the reader leads the agency, and has edited nothing."""
    user = tk.current_user
    if not permissions.may(user.name, "approve", source.get("owner_org")):
        return False
    return user.id not in editors_of(source["id"])


def datasets(agency: str) -> list[tuple[str, str]]:
    """Return name and title of the datasets that a source's rows may go into."""
    found = model.Session.execute(
        sa.select(model.Package.name, model.Package.title)
        .where(
            model.Package.owner_org == agency,
            model.Package.type == "dataset",
            model.Package.state == "active",
        )
        .order_by(model.Package.title)
        .limit(MOST_DATASETS)
    )
    return [(name, title) for name, title in found]


def columns(source: Mapping[str, Any]) -> list[str]:
    """Return the columns of the table that a source's rows go into."""
    if not source:
        return []
    config = configuration.parse(source.get("config"))
    schema = standing.schema_of(config)
    return [one["name"] for one in (schema or {}).get("fields", [])]
