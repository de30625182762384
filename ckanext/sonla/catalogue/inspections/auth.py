"""Who may do what with inspections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue.callers import in_agency, in_office, inside

from .model import Inspection

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict


@tk.auth_sysadmins_check
def sonla_inspection_create(context: Context, _data: DataDict) -> AuthResult:
    """Operators inspect."""
    return in_office(context, "run")


def sonla_inspection_list(context: Context, _data: DataDict) -> AuthResult:
    """The agencies' accounts and the office; the action leaves out others'."""
    return inside(context)


@tk.auth_sysadmins_check
def sonla_inspection_answer(context: Context, data: DataDict) -> AuthResult:
    """The inspected agency replies."""
    inspection_id = data.get("id")
    found = model.Session.get(Inspection, inspection_id) if inspection_id else None
    agency_id = found.agency_id if found else None
    return in_agency(context, "answer_inspection", agency_id)
