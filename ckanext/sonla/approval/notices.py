"""The mails that tell officer and leader where a revision stands, made as values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import roles
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail, outbox

from .delegation import readers_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Revision

__all__ = ["about", "outbox"]

# Step → whom it concerns in the agency.
_READERS = {
    "submit": roles.LEADER,
    "withdraw": roles.LEADER,
    "return": roles.OFFICER,
    "schedule": roles.OFFICER,
    "publish": roles.OFFICER,
    "fail": roles.LEADER,
}


def about(revision: Revision, step: str) -> Iterator[Mail]:
    """Yield the mails that a step sends, in the portal's own language."""
    role = _READERS.get(step)
    if role is None:
        return
    language = tk.config["ckan.locale_default"]
    with speaking(language):
        subject, text = _words(revision, step)
    for user_id in readers_of(role, revision.agency_id):
        yield Mail(
            key=f"revision.{step}:{revision.id}:{revision.version}:{user_id}",
            user_id=user_id,
            subject=subject,
            text=text,
            language=language,
        )


def _words(revision: Revision, step: str) -> tuple[str, str]:
    """Return subject and text of the mail about a step."""
    package = model.Package.get(revision.package_id)
    words = {"title": package.title or package.name if package else ""}
    subjects = {
        "submit": tk._("Awaiting your approval: {title}"),
        "withdraw": tk._("Withdrawn: {title}"),
        "return": tk._("Returned with directions: {title}"),
        "schedule": tk._("Approved, to be published at its time: {title}"),
        "publish": tk._("Published: {title}"),
        "fail": tk._("Could not be published: {title}"),
    }
    lines = {
        "submit": tk._("The officer has submitted a revision for your decision."),
        "withdraw": tk._("The officer has taken the revision back."),
        "return": tk._("The leader has returned the revision."),
        "schedule": tk._("The leader has approved the revision."),
        "publish": tk._(
            "The leader has approved the revision; the public sees it now."
        ),
        "fail": tk._("The revision waits for your decision again."),
    }
    said = {"submit": revision.note}.get(step, revision.comment)
    address = tk.config["ckan.site_url"].rstrip("/") + f"/revision/{revision.id}"
    text = "\n\n".join(part for part in (lines[step], said, address) if part)
    return subjects[step].format(**words), text
