"""Who calls, and what of the revisions she may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared.roles import AUDITOR, OPERATOR, Appointment, appointment_of

from .delegation.capacity import agencies_of
from .model import Revision

if TYPE_CHECKING:
    from ckan.types import Context


def revision_or_404(revision_id: str) -> Revision:
    """Return a revision, or raise `NotFound`."""
    revision = model.Session.get(Revision, revision_id)
    if revision is None:
        raise tk.ObjectNotFound(tk._("There is no such revision"))
    return revision


def caller_of(context: Context) -> Appointment | None:
    """Return the appointment of whoever calls."""
    return appointment_of(context.get("user"))


def sees(context: Context, revision: Revision) -> bool:
    """Tell whether a caller may see a revision that isn't public."""
    held = caller_of(context)
    if held and held.role in (OPERATOR, AUDITOR):
        return True
    if held and held.agency_id == revision.agency_id:
        return True
    user = model.User.get(context.get("user") or None)
    if held is None and user and user.sysadmin and user.is_active:
        return True
    return revision.agency_id in agencies_of(context.get("user"))
