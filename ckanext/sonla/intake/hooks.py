"""Where the intake meets CKAN: settings, saved files, xloader."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

import ckan.plugins as p
from ckan import model
from ckanext.xloader.interfaces import IXloader

from . import (
    checks,
    rejected,
    rows,
    tasks,
    update_checks,
    updating,
    uploads,
    weighing,
    writing,
)

if TYPE_CHECKING:
    from ckan.common import CKANConfig
    from ckan.config.declaration import Declaration, Key
    from ckan.types import Context

HERE = Path(__file__).parent
# Registered when they are imported; named so that nobody drops the import.
REGISTERED = (
    checks,
    rejected,
    rows,
    tasks,
    update_checks,
    updating,
    weighing,
    writing,
)


class IntakeHooks(p.SingletonPlugin):
    """Mixed into the plugin."""

    p.implements(p.IConfigDeclaration)
    p.implements(p.IConfigurable)
    p.implements(p.IPackageController, inherit=True)
    p.implements(IXloader, inherit=True)

    # IConfigDeclaration

    def declare_config_options(self, declaration: Declaration, key: Key) -> None:  # noqa: ARG002 - the interface's
        text = (HERE / "config_declaration.yaml").read_text(encoding="utf-8")
        declaration.load_dict(yaml.safe_load(text))

    # IConfigurable

    def configure(self, config: CKANConfig) -> None:  # noqa: ARG002 - the interface's
        uploads.listen()

    # IPackageController

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        uploads.changed(context, pkg_dict["id"], pkg_dict)

    def after_dataset_update(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        uploads.changed(context, pkg_dict["id"], pkg_dict)

    # IXloader

    def can_upload(self, resource_id: str) -> bool:
        """Leave to xloader what is no upload of a dataset: we load those ourselves."""
        resource = model.Resource.get(resource_id)
        if resource is None or resource.url_type != "upload":
            return True
        package = model.Package.get(resource.package_id)
        return package is None or package.type != uploads.DATASET
