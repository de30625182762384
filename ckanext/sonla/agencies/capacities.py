"""The portal's roles in CKAN's own tables of roles: the one seam into `ckan.authz`.

CKAN has no interface for organization roles. Both tables need an entry: without
`_trans_functions`, `member_list` and `member_roles_list` fail. What a role may do
beyond CKAN's own permissions stands in each feature's `auth.py`.
"""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import authz
from ckanext.sonla.shared import roles

# Nobody deletes a dataset or manages members by a role: removal is a decision, and
# people are appointed by `sonla_agency_provision`.
PERMISSIONS = {
    roles.OFFICER: ["read", "create_dataset", "update_dataset"],
    roles.LEADER: ["read"],
    roles.OPERATOR: ["read"],
    roles.AUDITOR: ["read"],
}
TITLES = {
    roles.OFFICER: lambda: tk._("Officer"),
    roles.LEADER: lambda: tk._("Leader"),
    roles.OPERATOR: lambda: tk._("Operator"),
    roles.AUDITOR: lambda: tk._("Auditor"),
}


def add() -> None:
    """Make the roles known to CKAN."""
    authz.ROLE_PERMISSIONS.update(PERMISSIONS)
    authz._trans_functions.update(TITLES)


def remove() -> None:
    """Leave CKAN's tables as they were."""
    for role in PERMISSIONS:
        authz.ROLE_PERMISSIONS.pop(role, None)
        authz._trans_functions.pop(role, None)


def title(role: str) -> str:
    """Return a role's name on screen."""
    return TITLES[role]() if role in TITLES else role
