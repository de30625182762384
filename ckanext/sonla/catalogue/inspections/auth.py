"""Who may do what with inspections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckanext.sonla.catalogue.callers import agency_of, in_agency, in_office, inside

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
    return in_agency(context, "answer_inspection", agency_of(Inspection, data))
