"""Template helpers of the intake."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import checks, table_updates

from . import progress, states
from .model import RejectedFile


def sonla_load_of(resource_id: str) -> dict[str, Any] | None:
    """Return the load of a resource, None where the caller sees none."""
    try:
        return tk.get_action("sonla_load_show")({}, {"resource_id": resource_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None


def sonla_finding_column(finding: dict[str, Any]) -> str:
    """Return the title of the column that a finding is about."""
    return checks.column_of(finding)


def sonla_update_mode_name(mode: str) -> str:
    """Return in words how rows change a public table."""
    names = {
        table_updates.REPLACE: tk._("Replace the whole table"),
        table_updates.PERIOD: tk._("Replace one period"),
        table_updates.ADD: tk._("Add rows"),
        table_updates.KEY: tk._("Update by key"),
    }
    return names.get(mode, mode)


def sonla_stage_name(stage: str) -> str:
    """Return in words what a load does now."""
    names = {
        states.WAITING: tk._("waiting"),
        progress.READING: tk._("being read"),
        progress.CHECKING: tk._("being checked"),
        progress.COMPARING: tk._("being compared with the public table"),
        progress.WRITING: tk._("being put together"),
        progress.INDEXING: tk._("being indexed"),
    }
    return names.get(stage, stage)


def sonla_rejected_of(load: dict[str, Any] | None) -> str | None:
    """Return the id of the rejected file that a failed load was of."""
    if not load or load["state"] != states.FAILED or not load["sha256"]:
        return None
    return model.Session.scalar(
        sa.select(RejectedFile.id).where(
            RejectedFile.resource_id == load["resource_id"],
            RejectedFile.sha256 == load["sha256"],
        )
    )
