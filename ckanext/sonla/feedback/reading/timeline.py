"""What became of feedback, step by step, as everybody may read it: offices, dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.events import Event
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from ckanext.sonla.feedback.model import Feedback

# What an event is called on screen; {agency} is the office that the step names.
WORDS = {
    "feedback.received": N_("Received"),
    "feedback.confirmed": N_("Received"),
    "feedback.coordinated": N_("{agency} was asked to contribute"),
    "feedback.forwarded": N_("Forwarded to {agency}"),
    "feedback.answered": N_("Answered"),
    "feedback.rejected": N_("Turned down"),
    "feedback.reopened": N_("Reopened"),
}
# What only those who handle it read.
INSIDE = {
    "feedback.held": N_("Held, to be looked at first"),
    "feedback.accepted": N_("Looked at: the public may read it"),
    "feedback.set_aside": N_("Set aside"),
    "feedback.assigned": N_("Assigned"),
    "feedback.resumed": N_("Work began or went on"),
    "feedback.paused": N_("Left to rest"),
    "feedback.contributed": N_("The agency that was asked contributed"),
    "feedback.proposed": N_("An answer was proposed"),
    "feedback.returned": N_("The leader returned the answer"),
    "feedback.text_withdrawn": N_("The sender withdrew the text"),
    "feedback.erased": N_("The sender was erased"),
    "feedback.entry_requested": N_("A request for an entry was drafted"),
}
_NAMED = ("asked", "to")


def of(one: Feedback, *, inside: bool = False) -> list[dict[str, Any]]:
    """Return what happened, the first first.

    Args:
        one: the feedback.
        inside: what isn't public too; still offices and no persons.

    Returns:
        `name`, `title` (in words), `at`, and `agency`, `agency_title` of the office
        that acted, null for the portal itself; `link`, of what came of it, inside.
    """
    words = WORDS | INSIDE if inside else WORDS
    rows = list(
        model.Session.scalars(
            sa.select(Event)
            .where(
                Event.object_type == "feedback",
                Event.object_id == one.code,
                *([] if inside else [Event.public.is_(True)]),
                Event.name.in_(words),
            )
            .order_by(Event.seq)
        )
    )
    told = [_told(row) for row in rows]
    if not rows or rows[0].name not in ("feedback.received", "feedback.confirmed"):
        told.insert(0, _received(one))
    return told


def _told(event: Event) -> dict[str, Any]:
    named = next((event.data[key] for key in _NAMED if event.data.get(key)), {})
    return {
        "name": event.name,
        "title": tk._((WORDS | INSIDE)[event.name]).format(
            agency=named.get("title", "") if isinstance(named, dict) else named
        ),
        "at": clock.iso_z(event.at),
        "agency": event.agency_name,
        "agency_title": event.agency_title,
        **({"link": event.data["link"]} if event.data.get("link") else {}),
    }


def _received(one: Feedback) -> dict[str, Any]:
    name = "feedback.received"
    return {
        "name": name,
        "title": tk._(WORDS[name]),
        "at": clock.iso_z(one.email_confirmed or one.created),
        "agency": None,
        "agency_title": None,
    }
