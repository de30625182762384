"""What codes are called on screen."""

from __future__ import annotations

import ckan.plugins.toolkit as tk


def sonla_cycle_name(name: str) -> str:
    """Return an update cycle in words."""
    names = {
        "monthly": tk._("Monthly"),
        "quarterly": tk._("Quarterly"),
        "half_yearly": tk._("Every six months"),
        "yearly": tk._("Yearly"),
        "once": tk._("Once"),
        "on_change": tk._("Whenever the data changes"),
    }
    return names.get(name, name)


def sonla_agency_kind_name(name: str | None) -> str:
    """Return an agency's kind in words; article 2 names them."""
    names = {
        "department": tk._("Department of the province"),
        "public_unit": tk._("Public service unit"),
        "central_branch": tk._("Branch of a central office"),
        "commune": tk._("Commune or ward"),
    }
    return names.get(name or "", "")


def sonla_error_name(code: int | None) -> str:
    """Return what a page says that cannot be shown, by its HTTP status."""
    names = {
        403: tk._("This page is not open to you"),
        404: tk._("There is no such page"),
    }
    return names.get(code or 0, tk._("Something went wrong"))
