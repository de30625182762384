"""Why an approval counts no longer, in words."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.msgid import N_

CHANGES = {
    "url": N_("The address was changed."),
    "kind": N_("The kind of source was changed."),
    "agency": N_("The source belongs to another agency."),
    "owner": N_("The owner of the database was changed."),
    "contact": N_("The contact was changed."),
    "fields": N_("The mapping of the columns was changed."),
    "dataset": N_("Another dataset is named."),
    "table": N_("Another table is named."),
    "schema": N_("The catalogue has new rules for the table."),
    "limits": N_("The limits were changed."),
    "configuration": N_("The way of reading was changed."),
    "terms_version": N_("The portal approves in another form."),
    "revoked": N_("It was taken back."),
    "gone": N_("The source was deleted."),
    "leader": N_("The leader who gave it leads the agency no longer."),
    "edited": N_("The leader who gave it has edited the source."),
}


def changes(why: list[str]) -> list[str]:
    """Return why an approval counts no longer, as sentences."""
    return [tk._(CHANGES[one]) if one in CHANGES else one for one in why]
