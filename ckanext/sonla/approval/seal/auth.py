"""Hide the buttons of sealed datasets: auth functions over CKAN's own.

They keep nobody out who skips them; the database does. Their answer has the seal's
words, so that somebody who would otherwise be allowed learns what to do instead. The
sysadmin is asked too: she is the technical account and changes no approved content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import authz

from . import targets
from . import words as seal

if TYPE_CHECKING:
    from collections.abc import Callable

    from ckan.types import AuthResult, Context, DataDict

    from .targets import Target

_TARGETS: dict[str, Target] = {
    "package_update": targets.package("id", "name"),
    "package_delete": targets.package("id", "name"),
    "package_patch": targets.package("id", "name"),
    "dataset_purge": targets.package("id"),
    "resource_create": targets.package("package_id"),
    "resource_update": targets.resource("id"),
    "resource_patch": targets.resource("id"),
    "resource_delete": targets.resource("id"),
    "resource_view_create": targets.resource("resource_id"),
    "resource_view_update": targets.view,
    "resource_view_delete": targets.view,
    "resource_view_reorder": targets.resource("resource_id", "id"),
    "resource_create_default_resource_views": targets.given_resource,
    "package_create_default_resource_views": targets.given_package,
    "package_relationship_create": targets.relationship,
    "package_relationship_update": targets.relationship,
    "package_relationship_delete": targets.relationship,
    "package_collaborator_create": targets.package("id"),
    "package_collaborator_delete": targets.package("id"),
    "bulk_update_private": targets.several,
    "bulk_update_public": targets.several,
    "bulk_update_delete": targets.several,
    "member_create": targets.member,
    "member_delete": targets.member,
    "datastore_create": targets.new_table,
    "datastore_upsert": targets.resource("resource_id", "id"),
    "datastore_delete": targets.resource("resource_id", "id"),
    "datastore_records_delete": targets.resource("resource_id", "id"),
    "datastore_run_triggers": targets.resource("resource_id", "id"),
    "xloader_submit": targets.resource("resource_id", "id"),
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
