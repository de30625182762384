"""Who may do what with obligations. Auth functions and answers read these tables.

Everybody reads what is owed and by when. Who is late is for the agency itself and the
operating office until the quarter is frozen (policy `show_live_delays`): the regulation
asks for a report (article 12.3), not for live shaming.
"""

from __future__ import annotations

from ckan import authz
from ckanext.sonla.shared import policy, roles, standing_in

# what: roles in the operating office (article 5.1: it guides, urges, inspects)
PERMISSIONS = {
    "excuse": (roles.OPERATOR,),
    "remind": (roles.OPERATOR,),
    "read_all": (roles.OPERATOR, roles.LEADER, roles.AUDITOR),
}
# what: roles in the agency that it concerns
AGENCY_PERMISSIONS = {
    "declare": (roles.OFFICER, roles.LEADER),
    "read_own": (roles.OFFICER, roles.LEADER, roles.OPERATOR),
}


def may(user: str | None, what: str) -> bool:
    """Tell whether an account may do something of `PERMISSIONS`."""
    office = policy.text("operating_office")
    return any(roles.holds(user, role, office) for role in PERMISSIONS[what])


def may_in(user: str | None, what: str, agency_id: str) -> bool:
    """Tell whether an account may do something of `AGENCY_PERMISSIONS` in an agency."""
    allowed = AGENCY_PERMISSIONS[what]
    held = roles.appointment_of(user)
    if held is not None and held.agency_id == agency_id and held.role in allowed:
        return True
    return roles.LEADER in allowed and agency_id in standing_in.agencies_of(user)


def declares_for(user: str | None) -> list[str]:
    """Return the ids of the agencies whose changes of data an account declares."""
    held = roles.appointment_of(user)
    own = {held.agency_id} if held is not None else set()
    asked = sorted({*own, *standing_in.agencies_of(user)})
    return [one for one in asked if may_in(user, "declare", one)]


def reads_all(user: str | None) -> bool:
    """Tell whether an account reads how every agency stands, as it stands now."""
    return authz.is_sysadmin(user or "") or may(user, "read_all")


def reads_of(user: str | None) -> list[str]:
    """Return the ids of the agencies whose standing an account reads as it is now.

    Its own, and those whose leader it stands in for.
    """
    own = reads_own(user)
    others = [one for one in standing_in.agencies_of(user) if one != own]
    return [own, *others] if own else others


def reads_own(user: str | None) -> str | None:
    """Return the id of the agency whose standing an account reads as it is now."""
    held = roles.appointment_of(user)
    own = held is not None and held.role in AGENCY_PERMISSIONS["read_own"]
    return held.agency_id if held and own else None
