"""What revisions must know about CKAN's own writes: IPackageController's part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins as p
from ckan import model

from . import (
    checks,
    drafting,
    erasing_files,
    following,
    hand,
    recovery,
    relating,
    reminding,
    standing,
)

# Its tasks are registered when it is imported; named so that the import stays.
REGISTERED = (recovery, checks, erasing_files, following, reminding)

if TYPE_CHECKING:
    from ckan.types import Context


class PackageHooks(p.SingletonPlugin):
    """Opens a dataset's first revision, and remembers who edits."""

    p.implements(p.IPackageController, inherit=True)

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        package = model.Package.get(pkg_dict["id"])
        if (
            package is None
            or package.type != drafting.DATASET_TYPE
            or hand.by_own_hand()
        ):
            return
        user = model.User.get(context.get("user") or None)
        drafting.open_first(package, user.id if user else None)

    def after_dataset_update(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        drafting.edited(pkg_dict["id"], context.get("user"))

    def after_dataset_show(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        if pkg_dict.get("type") == drafting.DATASET_TYPE:
            relating.put_back(pkg_dict)
            if context.get("validate") is not False and not hand.by_own_hand():
                standing.mark(pkg_dict)

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return standing.index(pkg_dict)

    def after_dataset_delete(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        package = model.Package.get(pkg_dict["id"])
        if package is not None:
            drafting.deleted(package.id, context.get("user"))
