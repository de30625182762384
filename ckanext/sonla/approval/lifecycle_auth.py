"""Who may end, suspend or confirm what is published.

The agency's officer declares and her leader decides; the operator takes down and
restores. A sysadmin is the technical account and does none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk

from .drafting import dataset_or_404
from .permitting import act_in

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict


@tk.auth_sysadmins_check
def sonla_no_change_confirm(context: Context, data_dict: DataDict) -> AuthResult:
    return _declare(context, data_dict)


@tk.auth_sysadmins_check
def sonla_dataset_retire(context: Context, data_dict: DataDict) -> AuthResult:
    return _declare(context, data_dict)


def _declare(context: Context, data_dict: DataDict) -> AuthResult:
    package = dataset_or_404(data_dict["dataset_id"])
    return act_in(context, package.owner_org or "", "declare")
