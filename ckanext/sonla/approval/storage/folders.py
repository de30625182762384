"""CKAN's adapter for folders, which leaves the files of resources to the portal.

`ckan file storage remove-files` removes through the storage itself, past every action.
A storage that can't remove refuses: the portal's own layer writes content-addressed
files to the folder, and retention alone ends them.
"""

from __future__ import annotations

from pathlib import Path

import file_keeper as fk

import ckan.plugins.toolkit as tk
from ckan.lib.files.default import FsStorage


class ResourcesApart(FsStorage):
    """A folder; where it reaches the files of resources, only read by CKAN."""

    def compute_capabilities(self) -> fk.Capability:
        found = super().compute_capabilities()
        capability = fk.Capability
        own, folder = _resources(), Path(self.settings.path).resolve()
        if self.settings.name == _name() or folder.is_relative_to(own):
            return found.exclude(
                capability.CREATE, capability.REMOVE, capability.MOVE, capability.COPY
            )
        if own.is_relative_to(folder):
            # The folder above: what CKAN keeps beside the resources is still written.
            return found.exclude(capability.REMOVE, capability.MOVE)
        return found


def _name() -> str:
    return str(tk.config["ckan.files.default_storages.resource"])


def _resources() -> Path:
    """Return the folder of the files of resources, as CKAN derives it."""
    own = tk.config.get(f"ckan.files.storage.{_name()}.path")
    default = tk.config["ckan.files.default_storages.default"]
    above = tk.config.get(f"ckan.files.storage.{default}.path")
    folder = own or Path(above or tk.config["ckan.storage_path"]) / "resources"
    return Path(folder).resolve()
