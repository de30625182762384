"""What every source type of ours says of itself to ckanext-harvest."""

from __future__ import annotations

from typing import ClassVar

import ckan.plugins.toolkit as tk

from .checked import checked_config


class SourceKind:
    """A source type; a subclass says what it is called, and does its stages."""

    kind: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]

    def info(self) -> dict[str, str]:
        return {
            "name": self.kind,
            "title": tk._(self.title),
            "description": tk._(self.description),
            "form_config_interface": "Text",
        }

    def validate_config(self, config: str | None) -> str:
        """Return the configuration as it is kept, without its secret.

        Raises:
            ValueError: what is wrong, in the caller's language.
        """
        return checked_config(self.kind, config)

    def get_original_url(self, harvest_object_id: str) -> str | None:  # noqa: ARG002 - the interface's
        """Say nothing: where a source asks is not for every reader of a report."""
        return None
