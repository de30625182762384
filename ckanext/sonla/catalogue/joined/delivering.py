"""Who has delivered an entry's data, and who hasn't (article 7.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared import clock

if TYPE_CHECKING:
    from .members import Joined


def deliveries(
    entry: dict[str, Any], joined: Joined | None = None
) -> list[dict[str, Any]]:
    """Return a shared entry's providers, those that have published data first.

    Args:
        entry: as `sonla_entry_show` answers it.
        joined: the entry's joined table, for the number of rows.

    Returns:
        `agency`, `title`, and where it has published `dataset`, `dataset_title`,
        `modified` and `rows`; else these are None.
    """
    published = _published(entry["code"])
    rows: dict[str, int] = {}
    for member in joined.members if joined else []:
        rows[member.dataset] = rows.get(member.dataset, 0) + member.rows
    told = [
        {
            "agency": agency,
            "title": title,
            **_dataset(published.get(agency), rows),
        }
        for agency, title in zip(
            entry["provider_agencies"], entry["provider_titles"], strict=True
        )
    ]
    return sorted(told, key=lambda one: (one["dataset"] is None, one["title"]))


def _dataset(found: Any, rows: dict[str, int]) -> dict[str, Any]:
    if found is None:
        return dict.fromkeys(("dataset", "dataset_title", "modified", "rows"))
    return {
        "dataset": found.name,
        "dataset_title": found.title,
        "modified": clock.iso_z(found.metadata_modified),
        "rows": rows.get(found.name),
    }


def _published(code: str) -> dict[str, Any]:
    """Return an entry's public datasets by the names of their agencies."""
    package, group = model.Package, model.Group
    found = model.Session.execute(
        sa.select(
            group.name.label("agency"),
            package.name,
            package.title,
            package.metadata_modified,
        )
        .join(group, group.id == package.owner_org)
        .where(
            package.extras["catalogue_entry"].astext == code,
            package.type == "dataset",
            package.state == "active",
            package.private.is_(False),
        )
        .order_by(package.metadata_created.desc())
    )
    return {row.agency: row for row in found}
