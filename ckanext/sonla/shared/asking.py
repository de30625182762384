"""Asking other features: an answer when there is one, None when there is none."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk


def sonla_has_action(name: str) -> bool:
    """Tell whether a feature that offers an action is switched on."""
    try:
        tk.get_action(name)
    except KeyError:
        return False
    return True


def sonla_ask(name: str, **data: Any) -> Any:
    """Return what a read action answers the current user, None when it refuses."""
    if not sonla_has_action(name):
        return None
    try:
        return tk.get_action(name)({}, data)
    except (tk.ObjectNotFound, tk.NotAuthorized, tk.ValidationError):
        return None
