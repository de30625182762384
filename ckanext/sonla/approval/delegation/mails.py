"""The mails that tell leader and delegate that one stands in for the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import preferences, roles
from ckanext.sonla.shared.formats import sonla_datetime
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .capacity import Delegation


def about(delegation: Delegation, happened: str) -> Iterator[Mail]:
    """Yield the mails to the delegate and to the agency's leader."""
    leaders = roles.holders_of(roles.LEADER, delegation.agency_id)
    for user_id in (delegation.delegate, *leaders):
        language = preferences.language_of(user_id)
        with speaking(language):
            subject, text = _words(delegation, happened)
        yield Mail(
            key=f"{happened}:{delegation.id}:{user_id}",
            user_id=user_id,
            subject=subject,
            text=text,
            language=language,
            link=tk.config["ckan.site_url"].rstrip("/") + "/inbox",
            gather=True,
        )


def _words(delegation: Delegation, happened: str) -> tuple[str, str]:
    agency = model.Group.get(delegation.agency_id)
    delegate = model.User.get(delegation.delegate)
    known = {
        "agency": agency.display_name if agency else "",
        "delegate": delegate.display_name if delegate else "",
        "starts": sonla_datetime(delegation.starts),
        "ends": sonla_datetime(delegation.ends),
    }
    if happened == "delegation.revoked":
        return (
            tk._("Delegation ended: {agency}").format(**known),
            tk._(
                "{delegate} no longer decides on behalf of the leader of {agency}."
            ).format(**known),
        )
    return (
        tk._("Delegation: {agency}").format(**known),
        tk._(
            "{delegate} decides on behalf of the leader of {agency} from {starts} "
            "until {ends}; then the delegation ends by itself. What somebody edited or "
            "submitted, the same person doesn't approve."
        ).format(**known),
    )
