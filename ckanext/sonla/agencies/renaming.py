"""A new name of an agency or a domain reaches the index of its datasets.

CKAN does so only when its own form changes the name in the address; the index holds
titles too, and agencies are renamed through the API as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import search

if TYPE_CHECKING:
    from ckan.types import Context, DataDict

# More than a request has time for go to the worker.
AT_ONCE = 50


def updated(next_action: Any, context: Context, data_dict: DataDict) -> Any:
    """Update an agency or a domain, then its datasets' index if its names changed."""
    group = model.Group.get(data_dict.get("id"))
    before = _names(group) if group else None
    group_id = group.id if group else None
    result = next_action(context, data_dict)
    group = model.Group.get(group_id)
    if group is not None and _names(group) != before:
        reindex(_datasets(group.id))
    return result


def reindex(package_ids: list[str]) -> None:
    """Index datasets again, here or in the worker."""
    if len(package_ids) > AT_ONCE:
        tk.enqueue_job(search.rebuild, kwargs={"package_ids": package_ids, "force": 1})
    elif package_ids:
        search.rebuild(package_ids=package_ids, force=True)


def _names(group: Any) -> tuple[Any, ...]:
    return group.name, group.title, group.extras.get("title_en")


def _datasets(group_id: str) -> list[str]:
    of_domain = sa.select(model.Member.table_id).where(
        model.Member.group_id == group_id,
        model.Member.table_name == "package",
        model.Member.state == model.State.ACTIVE,
    )
    return list(
        model.Session.scalars(
            sa.select(model.Package.id).where(
                model.Package.state == model.State.ACTIVE,
                sa.or_(
                    model.Package.owner_org == group_id,
                    model.Package.id.in_(of_domain),
                ),
            )
        )
    )
