"""CKAN's actions on resource views: a draft's views are edited content too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval.drafting import opening

if TYPE_CHECKING:
    from collections.abc import Callable

    from ckan.types import Action, Context, DataDict


def _editing(name: str) -> Callable[..., Any]:
    @tk.chained_action
    def action(original: Action, context: Context, data_dict: DataDict) -> Any:
        resource = _resource_of(name, data_dict)
        # CKAN itself makes a resource's first views, with nobody's authorization.
        if resource is not None and not context.get("ignore_auth"):
            tk.check_access(name, context.copy(), dict(data_dict))
            opening.edited(resource.package_id or "", context.get("user"))
        return original(context, data_dict)

    action.__name__ = name
    action.__doc__ = f"Let `{name}` remember who edited a draft's views."
    return action


def _resource_of(name: str, data_dict: DataDict) -> model.Resource | None:
    resource_id = data_dict.get("resource_id")
    if resource_id is None and name == "resource_view_reorder":
        resource_id = data_dict.get("id")
    if resource_id is None:
        view = model.ResourceView.get(data_dict.get("id") or "")
        resource_id = view.resource_id if view else None
    return model.Resource.get(resource_id) if resource_id else None


resource_view_create = _editing("resource_view_create")
resource_view_update = _editing("resource_view_update")
resource_view_delete = _editing("resource_view_delete")
resource_view_reorder = _editing("resource_view_reorder")
