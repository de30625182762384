"""Who may do what with feedback. Auth functions and answers read these tables.

Article 9.2: the agency that feedback concerns handles it. Its officer drafts the
answer, its leader approves it (article 8.3); what concerns no agency, the operating
office answers, an operator and its leader.
"""

from __future__ import annotations

from ckan import authz
from ckanext.sonla.shared import policy, roles, standing_in

# what: roles in the operating office (article 5.1: it guides, urges, inspects)
PERMISSIONS = {
    "moderate": (roles.OPERATOR,),
    "forward": (roles.OPERATOR,),
    "read_all": (roles.OPERATOR, roles.LEADER, roles.AUDITOR),
}
# what: roles in the agency that handles it; the operating office has operators for
# officers.
HANDLER_PERMISSIONS = {
    "read": (roles.OFFICER, roles.LEADER, roles.OPERATOR),
    "handle": (roles.OFFICER, roles.OPERATOR),
    "assign": (roles.OFFICER, roles.LEADER, roles.OPERATOR),
    "note": (roles.OFFICER, roles.LEADER, roles.OPERATOR),
    "decide": (roles.LEADER,),
}
# what: roles in an agency that was asked to contribute
CONTRIBUTOR_PERMISSIONS = {
    "read": (roles.OFFICER, roles.LEADER, roles.OPERATOR),
    "contribute": (roles.OFFICER, roles.OPERATOR),
    "note": (roles.OFFICER, roles.LEADER, roles.OPERATOR),
}
# Of these, what somebody may do who stands in for the agency's leader.
STOOD_IN_FOR = ("read", "decide")


def may(user: str | None, what: str) -> bool:
    """Tell whether an account may do something of `PERMISSIONS`."""
    office = policy.text("operating_office")
    return any(roles.holds(user, role, office) for role in PERMISSIONS[what])


def may_as_handler(user: str | None, what: str, agency_id: str) -> bool:
    """Tell whether an account may do something of `HANDLER_PERMISSIONS`."""
    return _may(user, what, agency_id, HANDLER_PERMISSIONS)


def may_as_contributor(user: str | None, what: str, agency_id: str) -> bool:
    """Tell whether an account may do something of `CONTRIBUTOR_PERMISSIONS`."""
    return _may(user, what, agency_id, CONTRIBUTOR_PERMISSIONS)


def reads_all(user: str | None) -> bool:
    """Tell whether an account reads every agency's feedback."""
    return authz.is_sysadmin(user or "") or may(user, "read_all")


def _may(
    user: str | None, what: str, agency_id: str, table: dict[str, tuple[str, ...]]
) -> bool:
    held = roles.appointment_of(user)
    if held is not None and held.agency_id == agency_id and held.role in table[what]:
        return True
    stood_in_for = what in STOOD_IN_FOR and roles.LEADER in table[what]
    return stood_in_for and agency_id in standing_in.agencies_of(user)
