"""Who may do what with harvest sources. All else reads these tables."""

from __future__ import annotations

from ckan import authz
from ckanext.sonla.shared import policy, roles

# what: roles in the operating office
PERMISSIONS = {
    "change": (roles.OPERATOR,),
    "try": (roles.OPERATOR,),
    "see": (roles.OPERATOR, roles.AUDITOR),
    # Names of environment variables and files of the portal's own machine.
    "refer": (roles.OPERATOR,),
    "approve": (),
    # Whoever runs the portal may stop a source that floods it.
    "revoke": (roles.OPERATOR,),
    "stop": (roles.OPERATOR,),
}
# what: roles in the agency that owns the source
AGENCY_PERMISSIONS = {
    "change": (roles.OFFICER,),
    "try": (roles.OFFICER, roles.LEADER),
    "see": (roles.OFFICER, roles.LEADER),
    "refer": (),
    "approve": (roles.LEADER,),
    "revoke": (roles.LEADER,),
    "stop": (roles.OFFICER,),
}


def may(user: str | None, what: str, agency: str | None) -> bool:
    """Tell whether an account may do something with a source of an agency.

    Args:
        user: name or id.
        what: one of the tables' lines.
        agency: the name or id of the agency that owns the source.
    """
    office = policy.text("operating_office")
    if any(roles.holds(user, role, office) for role in PERMISSIONS[what]):
        return what != "change" or policy.switch("operators_make_sources")
    return any(
        roles.holds(user, role, agency) for role in AGENCY_PERMISSIONS[what] if agency
    )


def sees(user: str | None, agency: str | None) -> bool:
    """Tell whether an account is shown a source's configuration, without secrets."""
    return authz.is_sysadmin(user or "") or may(user, "see", agency)
