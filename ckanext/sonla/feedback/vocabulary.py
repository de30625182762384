"""The closed lists of feedback, with what they are called on screen."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.msgid import N_

# Article 9.1, and 12.4 for proposals about the regulation itself.
KINDS = {
    "publish_request": N_("Request to publish data"),
    "quality": N_("Quality of data"),
    "availability": N_("Availability of data"),
    "format": N_("Format of data"),
    "lawfulness": N_("Lawfulness of publishing"),
    "regulation_proposal": N_("Proposal about the regulation"),
    "other": N_("Something else"),
}
# What the operating office answers, whatever it is about.
OF_THE_OFFICE = ("regulation_proposal",)

STATES = {
    "unconfirmed": N_("E-mail address not confirmed yet"),
    "received": N_("Received"),
    "assigned": N_("Assigned"),
    "in_progress": N_("In progress"),
    "coordinating": N_("Coordinating with another agency"),
    "paused": N_("Paused"),
    "answered": N_("Answered"),
    "rejected": N_("Turned down"),
    "set_aside": N_("Set aside"),
}
# Its clock runs, in each of them: article 9 knows no pause.
OPEN = ("received", "assigned", "in_progress", "coordinating", "paused")
ANSWERED = ("answered", "rejected")

MODERATION = {
    "clear": N_("Clear"),
    "held": N_("To be looked at"),
    "refused": N_("No feedback"),
}
ANSWER_KINDS = {"answer": N_("Answer"), "rejection": N_("Refusal")}
ANSWER_STATES = {
    "submitted": N_("Waiting for the leader"),
    "returned": N_("Returned"),
    "replaced": N_("Replaced"),
    "approved": N_("Approved by the leader"),
}

_LISTS = {
    "kind": KINDS,
    "state": STATES,
    "moderation": MODERATION,
    "answer_kind": ANSWER_KINDS,
    "answer_state": ANSWER_STATES,
}


def label(of: str, value: str) -> str:
    """Return what a value of a list (`kind`, `state`, …) is called on screen."""
    return tk._(_LISTS[of].get(value, value))
