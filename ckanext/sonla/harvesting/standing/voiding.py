"""Whether a standing approval still stands, and what voids it: any change.

An approval counts only while what it names is what is there, whoever changed it and
however. Voiding writes that down, as soon as somebody looks: after a save, when an
edition comes into force, and with the clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.harvest.model import HarvestSource
from ckanext.sonla.harvesting import sources
from ckanext.sonla.shared import clock, events, roles

from . import mails, terms
from .model import HarvestApproval, alone, editors_of, standing_of

if TYPE_CHECKING:
    from ckanext.sonla.harvesting.sources import Source

REVOKED = "revoked"
GONE = "gone"
LEADER = "leader"
EDITED = "edited"


def approved(source_id: str) -> HarvestApproval | None:
    """Return the approval that a source's runs may publish under just now."""
    given = standing_of(source_id)
    return given if given is not None and not reasons(given) else None


def reasons(given: HarvestApproval) -> list[str]:
    """Return why an approval counts no longer: `leader`, or names of the terms."""
    source = _source(given.source_id)
    if source is None:
        return [GONE]
    found = terms.changed(given.content(), terms.of(source).content)
    if not roles.holds(given.given_by, roles.LEADER, given.agency_id):
        # The database takes a decision from nobody else.
        found.append(LEADER)
    if given.given_by in editors_of(given.source_id):
        found.append(EDITED)
    return found


def _source(source_id: str) -> Source | None:
    package = model.Package.get(source_id)
    row = HarvestSource.get(source_id)
    if package is None or package.state != "active" or row is None or not row.active:
        return None
    try:
        return sources.source_of(source_id)
    except (tk.ObjectNotFound, tk.ValidationError):
        return None


def check(source_id: str, actor: str | None = None) -> bool:
    """Void a source's approval if it counts no longer, in the caller's transaction.

    Args:
        source_id: of the source.
        actor: who changed the source, if somebody did just now.

    Returns:
        Whether it was voided.
    """
    if standing_of(source_id) is None:
        return False
    alone(source_id)
    given = standing_of(source_id)
    why = reasons(given) if given is not None else []
    if given is None or not why:
        return False
    given.voided = clock.now()
    given.voided_by = actor
    given.void_reason = " ".join(why)
    model.Session.flush()
    events.record(
        "harvest.approval_voided",
        object_type="harvest_source",
        object_id=source_id,
        actor=actor,
        agency=given.agency_id,
        public=False,
        approval=given.id,
        digest=given.digest,
        dataset=given.content()["dataset"],
        why=why,
    )
    for mail in mails.voided(given, actor):
        mails.outbox.put(mail)
    return True


def check_all() -> int:
    """Void what counts no longer, each in a transaction of its own."""
    ids = model.Session.scalars(
        sa.select(HarvestApproval.source_id).where(HarvestApproval.voided.is_(None))
    ).all()
    count = 0
    for source_id in ids:
        count += check(source_id)
        model.Session.commit()
    return count
