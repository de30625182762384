"""Who finds which package: working packages are never found, only opened.

The officer's own search would otherwise show a published dataset and its working
package side by side. A working package is reached through its revision.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins as p
from ckan import model
from ckan.lib.plugins import DefaultPermissionLabels
from ckanext.sonla.approval.delegation.capacity import agencies_of
from ckanext.sonla.approval.lifecycle import standing
from ckanext.sonla.approval.model import Revision
from ckanext.sonla.shared.roles import AUDITOR, OPERATOR, appointment_of

WORKING = "sonla-working"
OFFICE = "sonla-office"


def is_working(package_id: str) -> bool:
    """Tell whether a package is the working package of some dataset."""
    return bool(
        model.Session.scalar(
            sa.select(
                sa.exists().where(
                    Revision.package_id == package_id,
                    Revision.dataset_id != package_id,
                )
            )
        )
    )


class RevisionLabels(p.SingletonPlugin, DefaultPermissionLabels):
    """The permission labels of drafts, and the filter that hides working packages."""

    p.implements(p.IPermissionLabels)
    p.implements(p.IPackageController, inherit=True)

    # IPermissionLabels

    def get_dataset_labels(self, dataset_obj: model.Package) -> list[str]:
        labels = super().get_dataset_labels(dataset_obj)
        if labels == ["public"]:
            return labels
        # The label that searches leave out says nothing about who may open it.
        working = [WORKING] if is_working(dataset_obj.id) else []
        return [*labels, OFFICE, *working]

    def get_user_dataset_labels(self, user_obj: model.User) -> list[str]:
        labels = super().get_user_dataset_labels(user_obj)
        if len(labels) == 1:
            return labels
        held = appointment_of(user_obj.id)
        if held and held.role in (AUDITOR, OPERATOR):
            return [*labels, OFFICE]
        # CKAN's own label of an agency's drafts, while the delegation runs.
        return [*labels, *(f"member-{id_}" for id_ in agencies_of(user_obj.id))]

    # IPackageController

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        # A sysadmin's search carries no labels, so the filter is not left to them.
        search_params.setdefault("fq_list", [])
        search_params["fq_list"] = [
            *search_params["fq_list"],
            f'-permission_labels:"{WORKING}"',
        ]
        return standing.without_retired(search_params)
