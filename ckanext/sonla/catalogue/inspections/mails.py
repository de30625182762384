"""What an inspection tells, made as values: the agency, then the operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import policy, preferences, roles
from ckanext.sonla.shared.formats import sonla_date
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail, outbox

if TYPE_CHECKING:
    from .model import Inspection


def put_recorded(inspection: Inspection) -> None:
    """Tell the agency what was found."""
    for role in (roles.OFFICER, roles.LEADER):
        for user_id in roles.holders_of(role, inspection.agency_id):
            _put(inspection, "recorded", user_id)


def put_answered(inspection: Inspection) -> None:
    """Tell the operators that the agency has replied."""
    office = model.Group.get(policy.text("operating_office"))
    for user_id in roles.holders_of(roles.OPERATOR, office.id) if office else ():
        _put(inspection, "answered", user_id)


def _put(inspection: Inspection, step: str, user_id: str) -> None:
    language = preferences.language_of(user_id)
    site = tk.config["ckan.site_url"].rstrip("/")
    agency = model.Group.get(inspection.agency_id)
    with speaking(language):
        subject = (
            tk._("Inspection of {date}: your agency may reply")
            if step == "recorded"
            else tk._("Reply to the inspection of {date}: {agency}")
        ).format(
            date=sonla_date(inspection.date),
            agency=(agency and agency.title) or inspection.agency_id,
        )
    outbox.put(
        Mail(
            key=f"inspection.{step}:{inspection.id}:{user_id}",
            user_id=user_id,
            subject=subject,
            text=inspection.findings if step == "recorded" else inspection.answer,
            language=language,
            link=f"{site}/inspections",
            gather=True,
        )
    )
