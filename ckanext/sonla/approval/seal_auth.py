"""Hide the buttons of sealed datasets: auth functions over CKAN's own.

They keep nobody out who skips them; the database does. Their answer has the seal's
words, so that somebody who would otherwise be allowed learns what to do instead. The
sysadmin is asked too: she is the technical account and changes no approved content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import authz

from . import seal, seal_targets

if TYPE_CHECKING:
    from collections.abc import Callable

    from ckan.types import AuthResult, Context, DataDict

    from .seal_targets import Target

_TARGETS: dict[str, Target] = {
    "package_update": seal_targets.package("id", "name"),
    "package_delete": seal_targets.package("id", "name"),
    "package_patch": seal_targets.package("id", "name"),
    "dataset_purge": seal_targets.package("id"),
    "resource_create": seal_targets.package("package_id"),
    "resource_update": seal_targets.resource("id"),
    "resource_patch": seal_targets.resource("id"),
    "resource_delete": seal_targets.resource("id"),
    "resource_view_create": seal_targets.resource("resource_id"),
    "resource_view_update": seal_targets.view,
    "resource_view_delete": seal_targets.view,
    "resource_view_reorder": seal_targets.resource("resource_id", "id"),
    "resource_create_default_resource_views": seal_targets.given_resource,
    "package_create_default_resource_views": seal_targets.given_package,
    "package_relationship_create": seal_targets.relationship,
    "package_relationship_update": seal_targets.relationship,
    "package_relationship_delete": seal_targets.relationship,
    "package_collaborator_create": seal_targets.package("id"),
    "package_collaborator_delete": seal_targets.package("id"),
    "bulk_update_private": seal_targets.several,
    "bulk_update_public": seal_targets.several,
    "bulk_update_delete": seal_targets.several,
    "member_create": seal_targets.member,
    "member_delete": seal_targets.member,
    "datastore_create": seal_targets.new_table,
    "datastore_upsert": seal_targets.resource("resource_id", "id"),
    "datastore_delete": seal_targets.resource("resource_id", "id"),
    "datastore_records_delete": seal_targets.resource("resource_id", "id"),
    "datastore_run_triggers": seal_targets.resource("resource_id", "id"),
    "xloader_submit": seal_targets.resource("resource_id", "id"),
}


def _sealed_against(name: str, target: Target) -> Callable[..., AuthResult]:
    @tk.chained_auth_function
    @tk.auth_sysadmins_check
    def auth(
        next_auth: Any, context: Context, data_dict: DataDict | None
    ) -> AuthResult:
        data_dict = data_dict or {}
        if any(seal.is_sealed(id_) for id_ in target(data_dict)):
            return {"success": False, "msg": seal.refusal()}
        if name == "resource_view_reorder":
            # CKAN's auth function looks for a key that its action doesn't take.
            data_dict = {"resource_id": data_dict.get("id"), **data_dict}
        asks_sysadmins = getattr(next_auth, "auth_sysadmins_check", False)
        if authz.is_sysadmin(context.get("user")) and not asks_sysadmins:
            return {"success": True}
        return next_auth(context, data_dict)

    auth.__name__ = name
    auth.__doc__ = f"Refuse `{name}` on a sealed dataset, in words."
    return auth


def get_auth_functions() -> dict[str, Callable[..., AuthResult]]:
    """Return the auth functions that look for a seal before CKAN's own."""
    return {name: _sealed_against(name, target) for name, target in _TARGETS.items()}
