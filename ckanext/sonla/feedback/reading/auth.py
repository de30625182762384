"""Anyone reads feedback; what of it, `reader.Reader` tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def sonla_feedback_list(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone reads what was asked; before the answer only what it is about."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_feedback_show(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone reads one; what isn't theirs to know is not there."""
    return {"success": True}
