"""Who may do what with the operating office's tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckanext.sonla.catalogue.callers import in_office, inside

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict


def sonla_task_list(context: Context, _data: DataDict) -> AuthResult:
    """The agencies' accounts and the office; the action leaves out others'."""
    return inside(context)


@tk.auth_sysadmins_check
def sonla_task_close(context: Context, _data: DataDict) -> AuthResult:
    """Operators close tasks."""
    return in_office(context, "run")
