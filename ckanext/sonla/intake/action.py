"""Actions on loads: what became of an uploaded file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate

from . import loads, rejected, schema, states
from .model import Load, RejectedFile

if TYPE_CHECKING:
    from ckan.types import Context


@tk.side_effect_free
@validate(schema.resource_load)
def sonla_load_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return the load of a resource's file.

    Args:
        resource_id: the resource.

    Returns:
        `{resource_id, package_id, state, table, sha256, rows, message, finding_count,
        findings, progress, changes, queued, started, finished}`. `state` is `waiting`,
        `running`, `done`, `failed`, or `none` for a file that is no table; each finding
        has its `row`, `column`, `rule`, `value` and `sentence`. `progress` is
        `{stage, rows, total}` until the load has ended: `stage` is `waiting`,
        `reading`, `checking`, `comparing`, `writing` or `indexing`, `total` null while
        nobody knows it. `changes` is `{mode, period, added, changed, removed}` of one
        that changes a public table; the numbers are null where rows can't be compared.

    Raises:
        ObjectNotFound: for a resource without an uploaded file.
    """
    tk.check_access("sonla_load_show", context, data_dict)
    return _load(data_dict["resource_id"]).as_dict()


@tk.side_effect_free
@validate(schema.load_list)
def sonla_load_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return the loads of a package's files, each as `sonla_load_show` does.

    Args:
        package_id: id or name of the package.
        limit, offset: paging; at most 1000.

    Returns:
        `{count, results}`.
    """
    tk.check_access("sonla_load_list", context, data_dict)
    package = model.Package.get(data_dict["package_id"])
    if package is None:
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    found = Load.of_package(package.id)
    start, limit = data_dict["offset"], data_dict["limit"]
    return {
        "count": len(found),
        "results": [load.as_dict() for load in found[start : start + limit]],
    }


@validate(schema.resource_load)
def sonla_load_retry(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Load a resource's file once more, also when it didn't change.

    Args:
        resource_id: the resource.

    Returns:
        The load, waiting.

    Raises:
        ValidationError: when the load waits or runs already.
    """
    tk.check_access("sonla_load_retry", context, data_dict)
    load = _load(data_dict["resource_id"])
    if load.state in states.OPEN:
        raise tk.ValidationError(
            {"resource_id": [tk._("The file is being loaded already.")]}
        )
    load.wait_again()
    load.sha256 = load.rules = None
    model.Session.commit()
    loads.enqueue(load.resource_id)
    return load.as_dict()


@tk.side_effect_free
@validate(schema.load_list)
def sonla_rejected_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return a dataset's rejected files, those of earlier drafts too.

    Args:
        package_id: id or name of the dataset or its working package.
        limit, offset: paging; at most 1000.

    Returns:
        `{count, results}`, each as `sonla_rejected_show` gives it.
    """
    tk.check_access("sonla_rejected_list", context, data_dict)
    package = tk.get_action("package_show")(
        {"ignore_auth": True}, {"id": data_dict["package_id"]}
    )
    found = rejected.of_dataset(package)
    start, limit = data_dict["offset"], data_dict["limit"]
    return {
        "count": len(found),
        "results": [one.as_dict() for one in found[start : start + limit]],
    }


@tk.side_effect_free
@validate(schema.rejected_show)
def sonla_rejected_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return a file that became no table, with what was wrong with it.

    Its report is at `/intake/rejected/<id>.xlsx`, the file at `/intake/rejected/<id>`.

    Args:
        id: the rejected file's.

    Returns:
        `{id, resource_id, package_id, table, name, sha256, finding_count, findings,
        rejected}`.
    """
    tk.check_access("sonla_rejected_show", context, data_dict)
    found = model.Session.get(RejectedFile, data_dict["id"])
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such file."))
    return found.as_dict()


def _load(resource_id: str) -> Load:
    load = Load.of(resource_id)
    if load is None:
        raise tk.ObjectNotFound(tk._("This resource has no uploaded file to load."))
    return load
