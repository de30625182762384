"""Refuse what would get round the rows: actions that the triggers can't see.

A loader's job, a task status, the search index, functions in the DataStore and the
bytes of a file are no rows of a dataset, yet they change what the public sees of it.
These refusals hold for everybody, `ignore_auth` included.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import files

from . import targets as seal_targets
from . import words as seal

if TYPE_CHECKING:
    from collections.abc import Callable

    from ckan.types import Context

    from .targets import Target

# On a sealed dataset these would answer 200, or otherwise than by the seal's words.
_TARGETS: dict[str, Target] = {
    "xloader_submit": seal_targets.resource("resource_id", "id"),
    "task_status_update": seal_targets.task,
    "task_status_delete": seal_targets.task,
    "package_create_default_resource_views": seal_targets.given_package,
    "resource_create_default_resource_views": seal_targets.given_resource,
    "harvest_source_index_clear": seal_targets.harvested,
    # It empties the index first, and only then meets the triggers.
    "harvest_source_clear": seal_targets.harvested,
    # CKAN changes the index before the row, and calls a refusal there a broken index.
    "package_delete": seal_targets.package("id"),
    "dataset_purge": seal_targets.package("id"),
    "bulk_update_public": seal_targets.several,
    # CKAN's own refusal while there are datasets doesn't say what to do.
    "organization_delete": seal_targets.of_agency,
    "organization_purge": seal_targets.of_agency,
}

# The portal's own loader, when it is there.
_LOADER: dict[str, Target] = {
    "sonla_load_retry": seal_targets.resource("resource_id"),
    "sonla_intake_choose": seal_targets.resource("resource_id"),
}

# A function attached to a draft's table would run with the portal's own rights.
_NEVER = ("datastore_function_create", "datastore_function_delete")

_FILES = (
    "file_create",
    "file_register",
    "file_delete",
    "file_rename",
    "file_pin",
    "file_unpin",
    "file_ownership_transfer",
)


# CKAN doesn't audit the extensions' own actions, some of which ask another auth.
_UNAUDITED = ("harvest_", "xloader_", "datastore_", "sonla_")


def _refused_when_sealed(name: str, target: Target) -> Callable[..., Any]:
    @tk.chained_action
    def action(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
        seal.refuse_if_sealed(target(data_dict))
        return original(context, data_dict)

    if name.startswith(_UNAUDITED):
        setattr(action, "auth_audit_exempt", True)  # noqa: B010 - a function's mark
    return action


@tk.chained_action
def _never(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:  # noqa: ARG001 - CKAN passes them
    raise tk.NotAuthorized(seal.refusal())


@tk.chained_action
@tk.side_effect_free
def _only_sources(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """Let those who may change a source index it, and nobody a dataset.

    ckanext-harvest's action calls itself a read and asks no authorization: any stranger
    could put an unvalidated dataset in the place of the approved one in the index.
    """
    package = model.Package.get(str(data_dict.get("id")))
    if package and package.type != "harvest":
        raise tk.NotAuthorized(seal.refusal())
    # Reindexing all of them has asked already, for all; no caller sets a context.
    if package and not context.get("defer_commit"):
        tk.check_access("harvest_source_update", context, {"id": package.id})
    return original(context, data_dict)


vars(_only_sources)["auth_audit_exempt"] = True


@tk.chained_action
def _not_among_resources(
    original: Any, context: Context, data_dict: dict[str, Any]
) -> Any:
    """Keep CKAN's file manager away from the files of resources."""
    named = data_dict.get("storage") or tk.config["ckan.files.default_storages.default"]
    record = model.Session.get(model.File, str(data_dict.get("id")))
    if _holds_resources(record.storage if record else str(named)):
        raise tk.NotAuthorized(seal.refusal())
    return original(context, data_dict)


def _holds_resources(storage_name: str) -> bool:
    """Tell whether a storage reaches the folder or bucket of the files of resources."""
    own = tk.config["ckan.files.default_storages.resource"]
    if storage_name == own:
        return True
    storage, resources_ = files.storages.get(storage_name), files.storages.get(own)
    bucket = getattr(storage and storage.settings, "bucket", None)
    if bucket:
        return bucket == getattr(resources_ and resources_.settings, "bucket", None)
    path = str(getattr(storage.settings, "path", "") or "") if storage else ""
    if not path:
        return False
    resources = (Path(tk.config["ckan.storage_path"]) / "resources").resolve()
    folder = Path(path).resolve()
    return folder.is_relative_to(resources) or resources.is_relative_to(folder)


def get_actions() -> dict[str, Callable[..., Any]]:
    """Return the actions that refuse before CKAN's own do anything."""
    targets = {**_TARGETS, **(_LOADER if p.plugin_loaded("sonla_intake") else {})}
    return {
        **{
            name: _refused_when_sealed(name, target) for name, target in targets.items()
        },
        **dict.fromkeys(_NEVER, _never),
        **dict.fromkeys(_FILES, _not_among_resources),
        "harvest_source_reindex": _only_sources,
    }
