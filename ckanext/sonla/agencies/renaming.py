"""A new name of an agency or a domain reaches the index of its datasets.

CKAN does so only when its own form changes the name in the address; the index holds
titles too, and agencies are renamed through the API as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckan.lib import search
from ckanext.sonla.shared import jobs

if TYPE_CHECKING:
    from ckan.types import Context, DataDict

# More than a request has time for go to the worker.
AT_ONCE = 50
SECONDS = 3600


def updated(next_action: Any, context: Context, data_dict: DataDict) -> Any:
    """Update an agency or a domain, then its datasets' index if its names changed."""
    group = model.Group.get(data_dict.get("id"))
    before = _names(group) if group else None
    group_id = group.id if group else None
    result = next_action(context, data_dict)
    group = model.Group.get(group_id)
    if group is not None and _names(group) != before:
        _reindex_somewhere(group.id)
    return result


def _reindex_somewhere(group_id: str) -> None:
    """Index the datasets of an agency or a domain, here or in the worker."""
    many = len(_datasets(group_id)) > AT_ONCE
    title = f"Index the datasets of {group_id}"
    if not (many and jobs.ask(reindex, group_id, title=title, seconds=SECONDS)):
        # Without a queue it takes longer, and is done all the same.
        reindex(group_id)


def reindex(group_id: str) -> None:
    """Index the datasets of an agency or a domain again."""
    package_ids = _datasets(group_id)
    if package_ids:
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
