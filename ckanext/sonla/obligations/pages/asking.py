"""What the pages have in common: whose page it is."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.obligations.permissions import reads_all, reads_of


def agency_of(user: str, asked: str | None) -> model.Group:
    """Return the agency of a page; the reader sees how it stands now."""
    found = model.Group.get(asked or next(iter(reads_of(user)), None))
    if found is None or not found.is_organization or found.state != model.State.ACTIVE:
        tk.abort(404, tk._("There is no such agency."))
    if not reads_all(user) and found.id not in reads_of(user):
        tk.abort(403, tk._("What an agency owes now is for itself and the office."))
    return found
