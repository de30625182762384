"""Who may do what to the catalogue. Auth functions and states read this table.

Article 7.1: the office that runs the portal collects the catalogue, its leader
records what the Chairman decided. Nobody else writes, the technical account either.
"""

from __future__ import annotations

from ckanext.sonla.shared import policy, roles, standing_in

# what: roles in the operating office
PERMISSIONS = {
    "write": (roles.OPERATOR,),
    "submit": (roles.OPERATOR,),
    "decide": (roles.LEADER,),
    "read_drafts": (roles.OPERATOR, roles.LEADER, roles.AUDITOR),
    # Articles 5.1, 6.1, 7.1: rounds, requests, inspections, the yearly reviews.
    "run": (roles.OPERATOR,),
    "read_all": (roles.OPERATOR, roles.LEADER, roles.AUDITOR),
}
# what: roles in the agency that it concerns; the operating office, an agency too, has
# operators for officers.
AGENCY_PERMISSIONS = {
    "read_own": (roles.OFFICER, roles.LEADER, roles.OPERATOR),
    "answer": (roles.OFFICER, roles.OPERATOR),
    "approve_answer": (roles.LEADER,),
    "write_request": (roles.OFFICER, roles.LEADER, roles.OPERATOR),
    "send_request": (roles.LEADER,),
    "answer_inspection": (roles.OFFICER, roles.LEADER, roles.OPERATOR),
}
# Of these, what somebody may do who stands in for the agency's leader: she decides and
# sends, and writes nothing (article 8.3).
STOOD_IN_FOR = ("read_own", "approve_answer", "send_request")


def may(user: str | None, what: str) -> bool:
    """Tell whether an account may do something of `PERMISSIONS`."""
    office = policy.text("operating_office")
    return any(roles.holds(user, role, office) for role in PERMISSIONS[what])


def may_in(user: str | None, what: str, agency_id: str | None) -> bool:
    """Tell whether an account may do something of `AGENCY_PERMISSIONS` in an agency.

    Without an agency: in its own.
    """
    held = roles.appointment_of(user)
    if held is not None and agency_id in (None, held.agency_id):
        return held.role in AGENCY_PERMISSIONS[what]
    return what in STOOD_IN_FOR and agency_id in standing_in.agencies_of(user)
