"""Who reads what became of remote datasets: who reads the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckanext.sonla.harvesting.runs import auth

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict

__all__ = ("sonla_harvest_dataset_list",)


@tk.auth_sysadmins_check
def sonla_harvest_dataset_list(context: Context, data_dict: DataDict) -> AuthResult:
    """The agency's officer and leader, operators and auditors."""
    return auth.sonla_harvest_run_list(context, data_dict)
