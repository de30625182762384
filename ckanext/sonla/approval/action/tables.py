"""CKAN's actions on DataStore tables: a draft reads what it inherits, until it writes.

The first write to an inherited table copies it, so opening an update costs nothing,
and the published table isn't touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rq.exceptions import InvalidJobOperation

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import datastore
from ckanext.sonla.approval.drafting import opening as drafting
from ckanext.sonla.approval.drafting import staging, working
from ckanext.sonla.approval.publishing import aliases
from ckanext.sonla.approval.seal import words as seal

if TYPE_CHECKING:
    from collections.abc import Callable

    from ckan.types import Action, Context, DataDict


def _reading(name: str) -> Callable[..., Any]:
    @tk.chained_action
    @tk.side_effect_free
    def action(original: Action, context: Context, data_dict: DataDict) -> Any:
        asked = data_dict.get("resource_id") or data_dict.get("id")
        if not isinstance(asked, str):
            return original(context, data_dict)
        behind = staging.table_behind(asked)
        if behind == asked:
            return original(context, data_dict)
        # Who may read the draft may read the table that it inherits.
        tk.check_access(name, context, {**data_dict, "resource_id": asked, "id": asked})
        key = "resource_id" if "resource_id" in data_dict else "id"
        answer = original({**context, "ignore_auth": True}, {**data_dict, key: behind})
        return _renamed(answer, behind, asked)

    action.__name__ = name
    action.__doc__ = f"Let `{name}` read the table that a draft inherits."
    return action


def _renamed(answer: Any, behind: str, asked: Any) -> Any:
    if isinstance(answer, dict):
        for part in (answer, answer.get("meta") or {}):
            for key in ("resource_id", "id"):
                if part.get(key) == behind:
                    part[key] = asked
    return answer


def _writing(name: str) -> Callable[..., Any]:
    @tk.chained_action
    def action(original: Action, context: Context, data_dict: DataDict) -> Any:
        resource_id = data_dict.get("resource_id") or data_dict.get("id")
        resource = model.Resource.get(resource_id) if resource_id else None
        if resource is not None:
            tk.check_access(name, context, {**data_dict})
            # A sealed resource without a table of its own is no table to refuse.
            seal.refuse_if_sealed([resource.package_id or ""])
            _begin(resource, context)
        try:
            return original(context, {**data_dict})
        except InvalidJobOperation:
            # Another writer cancelled the same count of rows; nothing is written yet.
            return original(context, data_dict)

    action.__name__ = name
    action.__doc__ = f"Let `{name}` copy an inherited table before it writes."
    return action


def _begin(resource: model.Resource, context: Context) -> None:
    """Copy the table that a draft inherits, and remember the editor."""
    drafting.edited(resource.package_id or "", context.get("user"))
    row = staging.row_of(resource.id)
    if row is not None and row.inherited_table is not None and datastore.is_on():
        if staging.inherited(row.revision_id, resource) is None:
            row.inherited_table = None
        else:
            working.own_table(row)
    # Before the DataStore's own commit: an editor is known though CKAN's part fails.
    model.Session.commit()


datastore_search = _reading("datastore_search")
datastore_info = _reading("datastore_info")
_datastore_create = _writing("datastore_create")


@tk.chained_action
def datastore_create(original: Action, context: Context, data_dict: DataDict) -> Any:
    """Let a draft's table wait for its aliases until it is published."""
    tk.check_access("datastore_create", context, data_dict)
    row = staging.row_of(str(data_dict.get("resource_id")))
    now, names = aliases.set_aside(row, data_dict)
    answer = _datastore_create(original, context, now)
    if row is None or names is None:
        return answer
    row.aliases = names
    model.Session.commit()
    return {**answer, "aliases": names}


datastore_upsert = _writing("datastore_upsert")
datastore_records_delete = _writing("datastore_records_delete")
datastore_delete = _writing("datastore_delete")
