"""CKAN's own actions on packages: a dataset begins private, with its first revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import hand
from ckanext.sonla.approval.drafting import opening, relating, seen

if TYPE_CHECKING:
    from ckan.types import Action, Context, DataDict


@tk.chained_action
def package_create(original: Action, context: Context, data_dict: DataDict) -> Any:
    """Create a dataset as a private draft, whatever the caller says."""
    if data_dict.get("type", opening.DATASET_TYPE) == opening.DATASET_TYPE:
        data_dict["private"] = True
        for resource in data_dict.get("resources") or []:
            if isinstance(resource, dict) and not hand.by_own_hand():
                # Only an upload gives a resource the address of a file.
                resource.pop("sha256", None)
    return original(context, data_dict)


@tk.chained_action
def package_update(original: Action, context: Context, data_dict: DataDict) -> Any:
    """Update a dataset; only an approval makes one public."""
    seen.expect_package(data_dict)
    package = model.Package.get(data_dict.get("id") or data_dict.get("name"))
    if package and package.type == opening.DATASET_TYPE and package.private:
        _stay_private(data_dict)
    return original(context, data_dict)


@tk.chained_action
@tk.side_effect_free
def package_show(original: Action, context: Context, data_dict: DataDict) -> Any:
    """Show a dataset; to the index without relationships, which CKAN can't index.

    CKAN 2.12 loses the ids of both ends before its index looks for them. The hook
    `after_dataset_show` puts the relationships back into what is shown.
    """
    package = original(context, data_dict)
    if context.get("validate") is False:
        return relating.without(package)
    return package


def _stay_private(data_dict: DataDict) -> None:
    if hand.by_own_hand():
        return
    if "private" in data_dict and not tk.asbool(data_dict["private"]):
        raise tk.NotAuthorized(
            tk._(
                "Only an approval makes a dataset public:"
                " sonla_revision_submit, then the leader's sonla_revision_approve"
            )
        )
    # A client that leaves the field out asks for nothing.
    data_dict["private"] = True
