"""Freezing what is submitted: content, digest, tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model

from . import digest
from .drafting import parts, relating, staging

if TYPE_CHECKING:
    from datetime import datetime

    from .model import Revision


def freeze(
    revision: Revision,
    package: dict[str, Any],
    data_period: str | None,
    publish_at: datetime | None,
) -> dict[str, Any]:
    """Make a drafted package stand still, and return what its digest covers."""
    dataset = model.Package.get(revision.dataset_id)
    tables = staging.freeze(
        revision, [resource["id"] for resource in package["resources"]]
    )
    package = parts.whole_files(revision, package, tables)
    return digest.canonical(
        package,
        name=dataset.name if dataset else package["name"],
        kind=revision.kind,
        data_period=data_period,
        publish_at=publish_at,
        tables=tables,
        views={
            resource["id"]: views_of(resource["id"])
            for resource in package["resources"]
        },
    )


def drafted(revision: Revision) -> dict[str, Any]:
    """Return the package that the officer edits, as CKAN's actions take it."""
    package = tk.get_action("package_show")(
        {"ignore_auth": True, "user": "", "use_cache": False},
        {"id": revision.package_id},
    )
    package["relationships_as_subject"] = relating.named(revision.dataset_id)
    return package


def views_of(resource_id: str) -> list[dict[str, Any]]:
    """Return a resource's views in their order, with the settings of their plugins."""
    rows = model.Session.scalars(
        sa.select(model.ResourceView)
        .where(model.ResourceView.resource_id == resource_id)
        .order_by(model.ResourceView.order, model.ResourceView.id)
    )
    return [
        {
            "id": row.id,
            "resource_id": row.resource_id,
            "view_type": row.view_type,
            "title": row.title,
            "description": row.description,
            "config": row.config or {},
        }
        for row in rows
    ]
