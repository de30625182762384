"""What the pages of a dataset's history show: versions, events, one version whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import helpers, states
from ckanext.sonla.approval.comparison import words
from ckanext.sonla.approval.lifecycle import serving
from ckanext.sonla.approval.model import Revision
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.events import Event
from ckanext.sonla.shared.formats import sonla_date, sonla_period
from ckanext.sonla.shared.titles import sonla_title

from . import changelog
from . import versions as history

if TYPE_CHECKING:
    from .versions import Part, Version

# What else happened to a dataset in public, between its versions.
_EVENTS = (
    "dataset.taken_down",
    "dataset.restored",
    "dataset.domain_changed",
    "revision.erased",
    "revision.files_removed",
)
# Shown in another way, or of no meaning to a reader.
_SECTIONED = (
    "agency",
    "domains",
    "tags",
    "extras",
    "relationships",
    "name",
    "type",
)


def address(package_name: str, version: Version) -> str:
    """Return the address under which a version is cited."""
    return tk.url_for(
        "sonla_history.version",
        id=package_name,
        number=version.number,
        locale="default",
        _external=True,
    )


def place_of(revision_id: str) -> dict[str, Any] | None:
    """Return what names a published revision's page; None of any other revision."""
    revision = model.Session.get(Revision, revision_id)
    version = history.version_of(revision) if revision else None
    package = model.Package.get(revision.dataset_id) if revision else None
    if version is None or package is None:
        return None
    return {"id": package.name, "number": version.number}


def summary(version: Version) -> dict[str, Any]:
    """Return a version as lists and the API tell it: offices for persons."""
    revision = version.revision
    agency = model.Group.get(revision.agency_id)
    until = version.kept_until()
    return {
        "id": revision.id,
        "number": version.number,
        "kind": revision.kind,
        "state": revision.state,
        "digest": revision.digest,
        "digest_version": revision.digest_version,
        "data_period": revision.data_period,
        "public_note": revision.public_note,
        "submitted": revision.submitted,
        "decided": revision.decided,
        "published": revision.published,
        "agency": agency.name if agency else revision.agency_id,
        "agency_title": agency.display_name if agency else None,
        "changes": changelog.sentence(
            version.before.content if version.before else None,
            version.content,
            helpers.sonla_field_name,
        ),
        "kept_until": until,
        "is_kept": version.is_kept(),
    }


def timeline(dataset_id: str) -> list[dict[str, Any]]:
    """Return versions and events of a dataset, the newest first."""
    found = [
        {"at": version.revision.published, "version": summary(version)}
        for version in history.versions(dataset_id)
    ]
    happened = model.Session.scalars(
        sa.select(Event)
        .where(
            Event.object_type == "dataset",
            Event.object_id == dataset_id,
            Event.name.in_(_EVENTS),
            Event.public,
        )
        .order_by(Event.seq.desc())
    )
    found += [
        {"at": event.at, "sentence": said(event), "office": event.agency_title}
        for event in happened
    ]
    return sorted(found, key=lambda one: one["at"], reverse=True)


def said(event: Event) -> str:
    """Say what an event was."""
    reason = event.data.get("reason") or ""
    if event.name == "dataset.taken_down":
        return tk._("Taken down: {reason}").format(reason=reason)
    if event.name == "dataset.restored":
        return tk._("Shown again: {reason}").format(reason=reason)
    if event.name == "dataset.domain_changed":
        group = model.Group.get(event.data.get("after") or None)
        return tk._("Moved to the domain {domain} by Decision No. {number}").format(
            domain=group.title if group else "",
            number=(event.data.get("decision") or {}).get("number") or "",
        )
    if event.name == "revision.files_removed":
        return tk._(
            "The files of version {number} were removed: their time was over."
        ).format(number=event.data.get("number", ""))
    return tk._("Personal data was erased by a recorded decision.")


def shown_parts(
    package_name: str, version: Version, every: list[Version], *, served: bool
) -> list[dict[str, Any]]:
    """Return a version's files and tables, with addresses while they are kept.

    Args:
        every: all versions of the dataset: what a later one still has is kept too.
        served: whether the caller may have the files at all.
    """
    kept = history.kept_addresses(every) if served else set()
    return [
        _part(package_name, version, part, kept)
        for part in history.parts(version.content)
    ]


def _part(
    package_name: str, version: Version, part: Part, kept: set[str]
) -> dict[str, Any]:
    size = history.size_of(part) if part.sha256 in kept else None
    url = None
    if size is not None:
        url = tk.url_for(
            "sonla_history.download",
            id=package_name,
            number=version.number,
            kind=part.kind,
            place=part.place,
            filename=part.filename,
            locale="default",
            _external=True,
        )
    return {
        "place": part.place,
        "kind": part.kind,
        "name": part.name,
        "format": part.format,
        "sha256": part.sha256,
        "size": part.size if size is None else size,
        "rows": part.rows,
        "url": url,
    }


def told(revision: Revision, *, insider: bool) -> dict[str, Any]:
    """Return what `sonla_revision_show` says of a published revision's history."""
    if revision.state not in states.PUBLIC:
        return {}
    every = history.versions(revision.dataset_id)
    version = next(one for one in every if one.revision.id == revision.id)
    package = model.Package.get(revision.dataset_id)
    if package is None:
        return {}
    until = version.kept_until()
    return {
        "number": version.number,
        "url": address(package.name, version),
        "changes": summary(version)["changes"],
        "files_kept_until": until.isoformat() if until else None,
        "files": shown_parts(
            package.name,
            version,
            every,
            served=insider or serving.is_served(revision.dataset_id),
        ),
    }


def page(package: dict[str, Any], version: Version, *, served: bool) -> dict[str, Any]:
    """Return the variables of a version's page."""
    all_versions = history.versions(package["id"])
    dataset = {**version.content["dataset"]}
    told_ = summary(version)
    url = address(package["name"], version)
    return {
        "version": told_,
        "dataset": dataset,
        "title": sonla_title({"name": package["name"], **dataset}),
        "fields": _fields(dataset),
        "resources": version.content.get("resources") or [],
        "parts": shown_parts(package["name"], version, all_versions, served=served),
        "citation": citation(dataset, told_, url),
        "url": url,
        "newest": all_versions[-1].number,
    }


def _fields(dataset: dict[str, Any]) -> list[dict[str, Any]]:
    shown = [
        {"name": name, "value": dataset[name]}
        for name in words.in_order(set(dataset))
        if name not in _SECTIONED and dataset[name]
    ]
    domains = [model.Group.get(id_) for id_ in dataset.get("domains") or []]
    if domains:
        titles = [domain.display_name for domain in domains if domain]
        shown.append({"name": "groups", "value": titles})
    if dataset.get("tags"):
        shown.append({"name": "tags", "value": [tag[0] for tag in dataset["tags"]]})
    return shown


def citation(dataset: dict[str, Any], told_: dict[str, Any], url: str) -> str:
    """Return how to cite a version (article 10.2): it names the very bytes."""
    parts = [
        told_["agency_title"] or told_["agency"],
        f"“{sonla_title({'name': '', **dataset})}”",
    ]
    if told_["data_period"]:
        parts.append(sonla_period(told_["data_period"]))
    parts += [
        tk._("version {number} of {date}").format(
            number=told_["number"], date=sonla_date(told_["published"])
        ),
        str(tk.config["ckan.site_title"]),
        url,
        f"SHA-256 {told_['digest']}",
    ]
    return ", ".join(parts) + "."


def linked_data(page_: dict[str, Any]) -> dict[str, Any]:
    """Return a version as a schema.org Dataset, for its page."""
    dataset, told_ = page_["dataset"], page_["version"]
    found = {
        # Not the address of schema.org's context: nobody has to fetch it.
        "@context": {"@vocab": "https://schema.org/"},
        "@type": "Dataset",
        "@id": page_["url"],
        "url": page_["url"],
        "name": dataset.get("title"),
        "description": dataset.get("notes"),
        "version": str(told_["number"]),
        "identifier": f"sha256:{told_['digest']}",
        "datePublished": clock.iso_z(told_["published"]),
        "temporalCoverage": told_["data_period"],
        "license": dataset.get("license_id"),
        "isAccessibleForFree": True,
        "creditText": page_["citation"],
        "creator": {
            "@type": "GovernmentOrganization",
            "name": told_["agency_title"] or told_["agency"],
        },
        "distribution": [
            {
                "@type": "DataDownload",
                "name": part["name"],
                "contentUrl": part["url"],
                "encodingFormat": part["format"],
                "contentSize": str(part["size"]),
                "sha256": part["sha256"],
            }
            for part in page_["parts"]
            if part["url"]
        ],
    }
    return {name: value for name, value in found.items() if value not in (None, "")}
