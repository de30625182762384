"""What templates ask about agencies."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import authz
from ckanext.sonla.shared import roles

from . import capacities, kinds


def sonla_agency_kinds() -> list[dict[str, str]]:
    """Return the kinds of agency for a form: `{value, text}`."""
    return [{"value": kind, "text": kinds.title(kind)} for kind in kinds.KINDS]


def sonla_role_title(role: str) -> str:
    """Return a role's name on screen."""
    return capacities.title(role)


def sonla_account_state(state: str) -> str:
    """Return an account's state in words."""
    names = {
        "active": tk._("works"),
        "pending": tk._("invited, no password yet"),
        "suspended": tk._("suspended"),
        "deleted": tk._("deleted"),
    }
    return names.get(state, state)


def sonla_may_provision() -> bool:
    """Tell whether the reader may open the page for provisioning agencies."""
    user = tk.current_user
    return bool(
        user.is_authenticated
        and (authz.is_sysadmin(user.name) or roles.holds(user.name, roles.OPERATOR))
    )
