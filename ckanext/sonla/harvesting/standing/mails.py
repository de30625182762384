"""What the leader and the officers are told of standing approvals, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import preferences, roles
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail, outbox

from . import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.harvesting.sources import Source

    from .model import HarvestApproval


def asked(source: Source, digest: str) -> Iterator[Mail]:
    """Yield what the leader is told of a source that waits for her approval.

    Args:
        source: that the officer asks for.
        digest: of the source as it is: once for each.
    """
    for user in roles.holders_of(roles.LEADER, source.agency_id or ""):
        spoken = preferences.language_of(user)
        with speaking(spoken):
            title = tk._("The source “{source}” waits for your standing approval")
            text = tk._(
                "Approved once, its runs publish by themselves as long as they stay"
                " within the limits. Until then each run waits for you."
            )
            subject = title.format(source=_title(source.id))
        key = f"harvest.approval_asked:{source.id}:{digest}:{user}"
        yield _mail(key, user, subject, text, source.id, spoken)


def voided(given: HarvestApproval, actor: str | None) -> Iterator[Mail]:
    """Yield what leader and officers are told of an approval that became void, and why.

    Args:
        given: the approval, with its `void_reason`.
        actor: who did it, and needs not be told; None for the clock.
    """
    agency = given.agency_id
    leaders = roles.holders_of(roles.LEADER, agency)
    officers = roles.holders_of(roles.OFFICER, agency)
    for user in dict.fromkeys([*leaders, *officers]):
        if user == actor:
            continue
        spoken = preferences.language_of(user)
        with speaking(spoken):
            title = tk._("The standing approval of the source “{source}” is void")
            subject = title.format(source=_title(given.source_id))
            why = words.changes((given.void_reason or "").split())
            after = tk._("Every run waits for the leader until she approves it anew.")
            text = "\n\n".join([*why, after])
        key = f"harvest.approval_voided:{given.id}:{user}"
        yield _mail(key, user, subject, text, given.source_id, spoken)


def _mail(  # noqa: PLR0913, PLR0917 - the parts of a mail
    key: str, user: str, subject: str, text: str, source_id: str, spoken: str
) -> Mail:
    site = tk.config["ckan.site_url"].rstrip("/")
    package: Any = model.Package.get(source_id)
    link = f"{site}/harvesting/{package.name}/approval" if package else site
    return Mail(
        key=key,
        user_id=user,
        subject=subject,
        text=text,
        language=spoken,
        link=link,
        gather=True,
    )


def _title(source_id: str) -> str:
    package: Any = model.Package.get(source_id)
    return package.title or package.name if package else source_id


__all__ = ["asked", "outbox", "voided"]
