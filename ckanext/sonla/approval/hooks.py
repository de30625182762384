"""What revisions must know about CKAN's own writes: IPackageController's part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins as p
from ckan import model

from . import checks, hand, telling
from .conversation import reminding
from .drafting import opening, relating
from .erasure import ending as erasing
from .lifecycle import moving, standing
from .publishing import following, recovery

# Its tasks are registered when it is imported; named so that the import stays.
REGISTERED = (recovery, checks, erasing, following, moving, reminding, telling)

if TYPE_CHECKING:
    from ckan.types import Context


class PackageHooks(p.SingletonPlugin):
    """Opens a dataset's first revision, and remembers who edits."""

    p.implements(p.IPackageController, inherit=True)

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        package = model.Package.get(pkg_dict["id"])
        if (
            package is None
            or package.type != opening.DATASET_TYPE
            or hand.by_own_hand()
        ):
            return
        user = model.User.get(context.get("user") or None)
        opening.open_first(package, user.id if user else None)

    def after_dataset_update(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        opening.edited(pkg_dict["id"], context.get("user"))

    def after_dataset_show(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        if pkg_dict.get("type") == opening.DATASET_TYPE:
            relating.put_back(pkg_dict)
            if context.get("validate") is not False and not hand.by_own_hand():
                standing.mark(pkg_dict)

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return standing.index(pkg_dict)

    def after_dataset_delete(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        package = model.Package.get(pkg_dict["id"])
        if package is not None:
            opening.deleted(package.id, context.get("user"))
