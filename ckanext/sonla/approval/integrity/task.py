"""The check of integrity by the scheduler, every few days, told to the operators."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock, events, policy, preferences, roles
from ckanext.sonla.shared.events import Event
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail, outbox
from ckanext.sonla.shared.tick import task

from . import check as integrity

if TYPE_CHECKING:
    from .finding import Finding

log = logging.getLogger(__name__)

EVENT = "integrity.checked"
# The log tells so many; the command tells all.
_TOLD = 50


@task("approval.integrity")
def check_when_due() -> None:
    """Check what is published if the last check is too long ago."""
    days = tk.config["sonla.integrity.every_days"]
    if not days or not integrity.datasets():
        return
    last = model.Session.scalar(
        sa.select(sa.func.max(Event.at)).where(
            Event.object_type == "storage", Event.name == EVENT
        )
    )
    if last is None:
        # The first is due after the first publication has been there for so long.
        last = model.Session.scalar(
            sa.select(sa.func.min(Event.at)).where(Event.name == "revision.published")
        )
    if last is not None and last + timedelta(days=days) <= clock.now():
        check()


def check() -> list[Finding]:
    """Check everything and write down what was found."""
    number = len(integrity.datasets())
    found = list(integrity.check())
    for one in found:
        log.error("Changed behind the portal's back: %s", one)
    event = events.record(
        EVENT,
        object_type="storage",
        object_id="integrity",
        public=False,
        datasets=number,
        findings=len(found),
        told=[str(one) for one in found[:_TOLD]],
    )
    if found:
        _tell(event.id, found)
    model.Session.commit()
    return found


def _tell(event_id: str, found: list[Finding]) -> None:
    """Write to the operators, in the caller's transaction."""
    office = model.Group.get(policy.text("operating_office"))
    for user_id in roles.holders_of(roles.OPERATOR, office.id if office else ""):
        language = preferences.language_of(user_id)
        with speaking(language):
            subject = tk._("What is published was changed outside its procedure")
            lines = [
                tk._("The check of integrity found this; the command names all of it:"),
                "ckan sonla integrity check",
                "",
                *(str(one) for one in found[:_TOLD]),
            ]
        # It waits for no digest: somebody has to look at once.
        outbox.put(
            Mail(
                key=f"integrity.checked:{event_id}:{user_id}",
                user_id=user_id,
                subject=subject,
                text="\n".join(lines),
                language=language,
            )
        )
