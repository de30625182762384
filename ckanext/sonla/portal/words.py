"""What codes are called on screen."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from .formats import sonla_number

# A year or a code is no amount: separators only from five digits on.
AMOUNT = 10_000


def sonla_cell(value: Any) -> str:
    """Return a value of a table as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return tk._("yes") if value else tk._("no")
    if isinstance(value, int | float):
        return sonla_number(value) if abs(value) >= AMOUNT else f"{value}"
    return str(value)


def sonla_type_name(name: str) -> str:
    """Return a column's type in words."""
    names = {
        "text": tk._("text"),
        "int4": tk._("whole number"),
        "int8": tk._("whole number"),
        "numeric": tk._("number"),
        "float8": tk._("number"),
        "bool": tk._("yes or no"),
        "date": tk._("date"),
        "timestamp": tk._("date and time"),
    }
    return names.get(name, name)


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
