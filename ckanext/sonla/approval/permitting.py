"""What a role may do in its own agency, asked for a caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk

from . import states
from .callers import caller_of

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context


def act_in(context: Context, agency_id: str, what: str) -> AuthResult:
    """Allow what a role may do with the revisions of its own agency."""
    held = caller_of(context)
    if held and held.agency_id == agency_id and states.permits(held.role, what):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("Only the agency's own {roles} may do this").format(
            roles=", ".join(states.PERMISSIONS[what])
        ),
    }
