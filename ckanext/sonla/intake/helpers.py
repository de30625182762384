"""Template helpers of the intake."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk


def sonla_load_of(resource_id: str) -> dict[str, Any] | None:
    """Return the load of a resource, None where the caller sees none."""
    try:
        return tk.get_action("sonla_load_show")({}, {"resource_id": resource_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None
