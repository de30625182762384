"""The mails that tell officer and leader where a revision stands, made as values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import preferences, roles, standing_in
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail, outbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.approval.model import Revision, RevisionComment

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
    """Yield the mails that a step sends, each in its reader's language."""
    role = _READERS.get(step)
    if role is not None:
        yield from _to(revision, step, role, str(revision.version))


def remark(revision: Revision, comment: RevisionComment) -> Iterator[Mail]:
    """Yield the mails about a remark, to the other side of the conversation."""
    for role in (roles.OFFICER, roles.LEADER):
        readers = standing_in.readers_of(role, revision.agency_id)
        if comment.author not in readers:
            yield from _to(revision, "comment", role, comment.id, comment.text)


def reminder(revision: Revision, days: int) -> Iterator[Mail]:
    """Yield the mails that remind the leader of what waits for so many days."""
    when = revision.submitted.isoformat() if revision.submitted else ""
    since = f"{when}:{days}"
    for user_id in standing_in.readers_of(roles.LEADER, revision.agency_id):
        language = preferences.language_of(user_id)
        with speaking(language):
            waits = tk.ungettext(
                "The revision has waited for your decision for {days} day.",
                "The revision has waited for your decision for {days} days.",
                days,
            ).format(days=days)
            subject = tk._("Still awaiting your approval: {title}")
            yield _mail(revision, "remind", since, user_id, subject, waits)


def _to(
    revision: Revision, step: str, role: str, event: str, said: str | None = None
) -> Iterator[Mail]:
    for user_id in standing_in.readers_of(role, revision.agency_id):
        with speaking(preferences.language_of(user_id)):
            subject, text = _words(revision, step, said)
            yield _mail(revision, step, event, user_id, subject, text)


def _mail(  # noqa: PLR0913, PLR0917 - the parts of a mail
    revision: Revision, step: str, event: str, user_id: str, subject: str, text: str
) -> Mail:
    package = model.Package.get(revision.package_id)
    title = package.title or package.name if package else ""
    site = tk.config["ckan.site_url"].rstrip("/")
    return Mail(
        key=f"revision.{step}:{revision.id}:{event}:{user_id}",
        user_id=user_id,
        subject=subject.format(title=title),
        text=text,
        language=preferences.language_of(user_id),
        link=f"{site}/revision/{revision.id}",
        gather=True,
    )


def _words(revision: Revision, step: str, said: str | None) -> tuple[str, str]:
    """Return subject, its title still to fill in, and text of the mail about a step."""
    subjects = {
        "submit": tk._("Awaiting your approval: {title}"),
        "withdraw": tk._("Withdrawn: {title}"),
        "return": tk._("Returned with directions: {title}"),
        "schedule": tk._("Approved, to be published at its time: {title}"),
        "publish": tk._("Published: {title}"),
        "fail": tk._("Could not be published: {title}"),
        "comment": tk._("A remark on: {title}"),
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
        "comment": tk._("The other side has said something about the revision."),
    }
    if said is None:
        said = {"submit": revision.note}.get(step, revision.comment)
    return subjects[step], "\n\n".join(part for part in (lines[step], said) if part)
