"""What the checks read: the tables that a draft itself holds, and what is public."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from psycopg2.sql import SQL, Composable, Identifier

from ckan import model
from ckanext.sonla.approval import datastore, tables
from ckanext.sonla.approval.model import (
    Revision,
    RevisionResource,
    latest_on,
    published_of,
)
from ckanext.sonla.shared import policy

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Table:
    """A table of a draft, and the resource that it belongs to."""

    resource: dict[str, Any]
    columns: list[tables.Column]

    @property
    def id(self) -> str:
        """The resource's id, which names the table."""
        return self.resource["id"]

    @property
    def source(self) -> Composable:
        """The table in SQL."""
        return SQL("public.{}").format(Identifier(self.id))


def label(resource: dict[str, Any]) -> str:
    """Return what people call a resource."""
    return resource.get("name") or resource.get("url") or resource["id"]


@contextmanager
def cursor() -> Iterator[Any]:
    """Give a cursor that may read every table, for a limited time."""
    with datastore.writing() as opened:
        opened.execute(
            "SELECT set_config('statement_timeout', %s, true)",
            (f"{policy.number('check_seconds')}s",),
        )
        yield opened


def own_tables(opened: Any, package: dict[str, Any]) -> list[Table]:
    """Return the tables that a draft holds itself.

    What it inherits is published: it passed the checks when it was submitted.
    """
    return [
        Table(resource, tables.columns(opened, resource["id"]))
        for resource in package.get("resources") or []
        if tables.owner_of(opened, resource["id"]) is not None
    ]


def predecessor(package: dict[str, Any]) -> Revision | None:
    """Return the published revision that a draft is going to replace."""
    revision = latest_on(package["id"])
    return published_of(revision.dataset_id) if revision else None


def public_ids(package: dict[str, Any]) -> dict[str, str]:
    """Return the ids of the public resources, by those of a draft's resources."""
    revision = latest_on(package["id"])
    if revision is None:
        return {}
    rows = model.Session.execute(
        sa.select(RevisionResource.working_id, RevisionResource.public_id).where(
            RevisionResource.revision_id == revision.id
        )
    )
    return {row.working_id: row.public_id for row in rows}


def public_resources(package: dict[str, Any]) -> list[model.Resource]:
    """Return the resources that the public has now, of a draft's dataset."""
    published = predecessor(package)
    dataset = model.Package.get(published.dataset_id) if published else None
    return list(dataset.resources) if dataset else []
