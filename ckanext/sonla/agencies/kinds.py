"""The kinds of agency that take part (article 2 of the regulation)."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

KINDS = {
    "department": lambda: tk._("Department or equal"),
    "public_unit": lambda: tk._("Public unit"),
    "central_branch": lambda: tk._("Branch of a central office"),
    "commune": lambda: tk._("Commune or ward"),
}


def title(kind: str) -> str:
    """Return a kind's name on screen."""
    return KINDS[kind]() if kind in KINDS else kind
