"""The catalogue's actions, gathered for the plugin."""

from __future__ import annotations

from .edition_action import (
    sonla_edition_approve,
    sonla_edition_create,
    sonla_edition_list,
    sonla_edition_reject,
    sonla_edition_show,
    sonla_edition_submit,
)
from .entry_action import (
    sonla_entry_create,
    sonla_entry_list,
    sonla_entry_retire,
    sonla_entry_show,
    sonla_entry_update,
)
from .import_action import (
    sonla_edition_import,
    sonla_edition_import_confirm,
    sonla_edition_import_show,
)

# The blanket registers what stands here; without it, silently nothing.
__all__ = [
    "sonla_edition_approve",
    "sonla_edition_create",
    "sonla_edition_import",
    "sonla_edition_import_confirm",
    "sonla_edition_import_show",
    "sonla_edition_list",
    "sonla_edition_reject",
    "sonla_edition_show",
    "sonla_edition_submit",
    "sonla_entry_create",
    "sonla_entry_list",
    "sonla_entry_retire",
    "sonla_entry_show",
    "sonla_entry_update",
]
