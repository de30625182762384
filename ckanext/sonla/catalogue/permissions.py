"""Who may do what to the catalogue. Auth functions and states read this table.

Article 7.1: the office that runs the portal collects the catalogue, its leader
records what the Chairman decided. Nobody else writes, the technical account either.
"""

from __future__ import annotations

from ckanext.sonla.shared import policy, roles

PERMISSIONS = {
    # what:        roles in the operating office
    "write": (roles.OPERATOR,),
    "submit": (roles.OPERATOR,),
    "decide": (roles.LEADER,),
    "read_drafts": (roles.OPERATOR, roles.LEADER, roles.AUDITOR),
}


def may(user: str | None, what: str) -> bool:
    """Tell whether an account may do `write`, `submit`, `decide` or `read_drafts`."""
    office = policy.text("operating_office")
    return any(roles.holds(user, role, office) for role in PERMISSIONS[what])
