"""What happens around the saving and showing of a source."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared.feature import Subscriber

from . import cli, health, permissions, saving, stored, tasks
from .runs import model as runs_model
from .runs import tasks as runs_tasks
from .standing import deciding, editing

if TYPE_CHECKING:
    from ckan.config.declaration import Declaration, Key
    from ckan.types import Context

log = logging.getLogger(__name__)
SOURCE = "harvest"
HERE = Path(__file__).parent
# Known, and asked, once they are imported; named so that nobody drops the import.
REGISTERED = (cli, runs_model, runs_tasks, deciding, health)


class SourceHooks(Subscriber):
    """Keeps a source's secret with it, and its configuration from strangers."""

    p.implements(p.IConfigDeclaration)
    p.implements(p.IPackageController, inherit=True)

    # IConfigDeclaration

    def declare_config_options(self, declaration: Declaration, key: Key) -> None:  # noqa: ARG002 - the interface's
        text = (HERE / "config_declaration.yaml").read_text(encoding="utf-8")
        declaration.load_dict(yaml.safe_load(text))

    # ISignal

    def get_signal_subscriptions(self) -> dict[Any, Any]:
        in_force = tk.signals.ckanext.signal("sonla:edition_in_force")
        return {**super().get_signal_subscriptions(), in_force: [rules_changed]}

    # IPackageController

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        if pkg_dict.get("type") == SOURCE:
            saving.keep_taken(context, pkg_dict)
            editing.note(context, pkg_dict["id"])

    def after_dataset_update(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        if pkg_dict.get("type") == SOURCE:
            saving.keep_taken(context, pkg_dict)
            editing.note(context, pkg_dict["id"])

    def after_dataset_show(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        if pkg_dict.get("type") != SOURCE:
            return
        agency = pkg_dict.get("owner_org")
        if context.get("ignore_auth") or permissions.sees(context.get("user"), agency):
            _with_configuration(pkg_dict)
        else:
            without_configuration(pkg_dict)

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        if pkg_dict.get("dataset_type") != SOURCE:
            return pkg_dict
        for part in ("data_dict", "validated_data_dict"):
            if pkg_dict.get(part):
                found = without_configuration(json.loads(pkg_dict[part]))
                pkg_dict[part] = json.dumps(found)
        for name in [key for key in pkg_dict if key.endswith("config")]:
            del pkg_dict[name]
        return pkg_dict


def rules_changed(_sender: Any, **_told: Any) -> None:
    """Void what an edition's new table rules change; what fails here, the tick does."""
    try:
        tasks.void_approvals()
    except Exception:
        model.Session.rollback()
        log.exception("Standing approvals will be looked at with the next tick")


def without_configuration(package: dict[str, Any]) -> dict[str, Any]:
    """Take out of a source's answer where it asks, and how.

    ckanext-harvest shows what stands in the configuration a second time, beside it.
    """
    for name in _names_of(package):
        package.pop(name, None)
    for name in ("config", "url", "status"):
        package.pop(name, None)
    package["extras"] = [
        one for one in package.get("extras") or [] if one.get("key") != "config"
    ]
    return package


def _with_configuration(package: dict[str, Any]) -> None:
    """Put back what the index, from which CKAN shows packages, was not given."""
    source = stored.source(package["id"])
    if source is None or "config" in package:
        return
    package.setdefault("url", source.url)
    if source.config:
        package["config"] = source.config
        # As ckanext-harvest shows it, for its form.
        for name in _names_of(package):
            package.setdefault(name, json.loads(source.config)[name])


def _names_of(package: dict[str, Any]) -> set[str]:
    text = package.get("config") or ""
    for one in package.get("extras") or []:
        if one.get("key") == "config":
            text = text or one.get("value") or ""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return set()
    known = {column.name for column in model.package_table.columns} - {"url"}
    return set(found) - known if isinstance(found, dict) else set()
