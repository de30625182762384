"""The mails about a take-down, between the agency and the operating office."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import policy, preferences, roles, standing_in
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail, outbox

if TYPE_CHECKING:
    from .model import TakeDown

# What happened → who has to know: roles of the agency, or the office's operators.
_AGENCY = (roles.OFFICER, roles.LEADER)
_OFFICE = (roles.OPERATOR,)
_READERS = {
    "taken_down": _AGENCY,
    "restored": _AGENCY,
    "answered": _OFFICE,
    "changed": _OFFICE,
}


def send(happened: str, taken: TakeDown, event: str = "") -> None:
    """Put the mails about a take-down into the outbox, in the caller's transaction.

    Args:
        happened: a key of `_READERS`.
        event: what makes one of several such mails another, such as a revision's id.
    """
    for user_id in _readers(happened, taken):
        language = preferences.language_of(user_id)
        with speaking(language):
            subject, text = _words(happened, taken)
        outbox.put(
            Mail(
                key=f"take_down.{happened}:{taken.id}:{event}:{user_id}",
                user_id=user_id,
                subject=subject,
                text=text,
                language=language,
                link=tk.config["ckan.site_url"].rstrip("/") + "/taken-down",
                gather=True,
            )
        )


def _readers(happened: str, taken: TakeDown) -> list[str]:
    agency_id = taken.agency_id
    if _READERS[happened] is _OFFICE:
        office = model.Group.get(policy.text("operating_office"))
        agency_id = office.id if office else ""
    return [
        user_id
        for role in _READERS[happened]
        for user_id in standing_in.readers_of(role, agency_id)
    ]


def _words(happened: str, taken: TakeDown) -> tuple[str, str]:
    """Return subject and text of the mail about a take-down."""
    package = model.Package.get(taken.dataset_id)
    title = package.title or package.name if package else ""
    subjects = {
        "taken_down": tk._("Taken down: {title}"),
        "restored": tk._("Public again: {title}"),
        "answered": tk._("The agency has answered the take-down: {title}"),
        "changed": tk._("Changed while it is taken down: {title}"),
    }
    lines = {
        "taken_down": tk._(
            "The portal's operator has taken the dataset down. Correct it by an"
            " update, retire it, or ask to restore it: the leader answers."
        ),
        "restored": tk._("The portal's operator has restored the dataset."),
        "answered": tk._("The agency's leader has answered."),
        "changed": tk._(
            "The agency has published a new state. The public sees it when you"
            " restore the dataset."
        ),
    }
    said = {
        "taken_down": taken.reason,
        "restored": taken.restore_reason,
        "answered": taken.answer_text,
    }.get(happened)
    text = "\n\n".join(part for part in (lines[happened], said) if part)
    return subjects[happened].format(title=title), text
