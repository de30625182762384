"""What a role may do in its own agency, asked for a caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk

from . import states
from .delegation.capacity import capacity_in

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context


def act_in(context: Context, agency_id: str, what: str) -> AuthResult:
    """Allow what a role may do with the revisions of its own agency.

    A delegate may what the leader may that she stands in for.
    """
    acting = capacity_in(context.get("user"), agency_id)
    if acting and states.permits(acting.role, what):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("Only the agency's own {roles} may do this").format(
            roles=", ".join(states.PERMISSIONS[what])
        ),
    }
