"""Saying how a table is updated: by an action, or in the form of its resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.approval import schema, steps, viewing
from ckanext.sonla.approval.drafting import seen, staging, table_updates
from ckanext.sonla.shared.table_updates import PERIOD

from .revisions import user_id_of

if TYPE_CHECKING:
    from ckan.types import Action, Context, DataDict

# The fields of the resource's form, by those of the action.
_FIELDS = {"mode": "update_mode", "period": "update_period", "note": "update_note"}


@validate(schema.revision_table_set)
def sonla_revision_table_set(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say how the rows of a file, or of the API, change a public table.

    The file is loaded again, from the public table as it is.

    :param id: the revision's id
    :param resource_id: the resource of the working package, or the public one
    :param mode: `replace` (all of it), `period` (the rows of one period), `add` (only
        new rows), `key` (new rows, and those of the same primary key change)
    :param period: which period is replaced, e.g. `2026-Q3`; only of mode `period`
    :param note: why, for the public; a correction of a past period needs one
    :returns: the revision
    :raises ValidationError: the table can't be updated so; by field
    """
    tk.check_access("sonla_revision_table_set", context, data_dict)
    revision = steps.lock(data_dict["id"])
    user_id = user_id_of(context)
    table_updates.say(revision, data_dict["resource_id"], data_dict, user_id)
    model.Session.commit()
    return viewing.shown(context, revision)


@tk.chained_action
def resource_create(original: Action, context: Context, data_dict: DataDict) -> Any:
    """Create a resource; a new one replaces nothing, whatever its form says."""
    _taken(data_dict)
    return original(context, data_dict)


@tk.chained_action
def resource_update(original: Action, context: Context, data_dict: DataDict) -> Any:
    """Update a resource; its form may say how its rows change the public table.

    Unless somebody saved it since the form was filled.
    """
    seen.expect_resource(data_dict)
    asked = _taken(data_dict)
    row = staging.row_of(data_dict.get("id") or "") if asked else None
    if row is None or (row.mode, row.period, row.note) == _values(asked):
        return original(context, data_dict)
    tk.check_access("resource_update", context, {**data_dict})
    given = {"id": row.revision_id, "resource_id": row.working_id, **asked}
    checked, errors = tk.navl_validate(given, schema.revision_table_set(), context)
    if errors:
        model.Session.rollback()
        raise tk.ValidationError({_FIELDS.get(k, k): v for k, v in errors.items()})
    try:
        user_id = user_id_of(context)
        table_updates.say(steps.lock(row.revision_id), row.working_id, checked, user_id)
        answer = original(context, data_dict)
    except tk.ValidationError as error:
        model.Session.rollback()
        told = {_FIELDS.get(key, key): text for key, text in error.error_dict.items()}
        raise tk.ValidationError(told) from error
    if not context.get("defer_commit"):
        # CKAN commits nothing where it sees no change of its own.
        model.Session.commit()
    return answer


def _taken(data_dict: DataDict) -> dict[str, Any]:
    """Take the fields of the update out of a resource's form: they are no content."""
    taken = {
        name: data_dict.pop(field)
        for name, field in _FIELDS.items()
        if field in data_dict
    }
    if taken.get("mode") != PERIOD:
        # A form sends its fields whichever mode was chosen.
        taken.pop("period", None)
    return taken if taken.get("mode") else {}


def _values(asked: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(asked.get(name) or None for name in _FIELDS)
