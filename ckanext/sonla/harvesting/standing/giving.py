"""The leader gives a standing approval, or takes it back."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.harvesting import sources
from ckanext.sonla.shared import clock, events, roles

from . import mails, terms, voiding
from .model import HarvestApproval, alone, editors_of, standing_of

if TYPE_CHECKING:
    from ckanext.sonla.harvesting.sources import Source

KIND = "harvest_source"


def give(source: Source, leader: str | None, asked: dict[str, Any]) -> HarvestApproval:
    """Approve a source as it is, in the caller's transaction.

    Args:
        source: that she read.
        leader: the id of the account.
        asked: `digest` of what she read, and `comment`.

    Raises:
        ckan NotAuthorized: she is not the agency's leader, or has edited it.
        ckan ValidationError: another digest by now, or something is not said yet (409).
    """
    alone(source.id)
    source = sources.source_of(source.id)
    _entitled(source, leader)
    editors = editors_of(source.id)
    if leader in editors:
        raise tk.NotAuthorized(
            tk._("Who made or edited a source cannot approve it: four eyes are needed.")
        )
    now = terms.of(source)
    _complete(now)
    if not secrets.compare_digest(str(asked["digest"]).encode(), now.digest.encode()):
        raise tk.ValidationError(
            {
                "digest": [
                    tk._("This is not the digest of the source as it is: read it again")
                ]
            }
        )
    voiding.check(source.id)
    if standing_of(source.id) is not None:
        raise tk.ValidationError(
            {"source_id": [tk._("The source has a standing approval already.")]}
        )
    given = HarvestApproval(
        source_id=source.id,
        agency_id=source.agency_id,
        given_by=leader,
        given=clock.now(),
        digest=now.digest,
        terms=now.text,
        editors=editors,
        comment=asked.get("comment"),
    )
    model.Session.add(given)
    model.Session.flush()
    _record("harvest.approved", given, leader)
    return given


def revoke(source: Source, actor: str | None, reason: str | None) -> HarvestApproval:
    """Take a standing approval back, in the caller's transaction.

    Raises:
        ckan ValidationError: there is none (409).
    """
    alone(source.id)
    given = standing_of(source.id)
    if given is None:
        raise tk.ValidationError(
            {"source_id": [tk._("The source has no standing approval.")]}
        )
    given.voided = clock.now()
    given.voided_by = actor
    given.void_reason = voiding.REVOKED
    model.Session.flush()
    _record("harvest.approval_revoked", given, actor, reason=reason)
    for mail in mails.voided(given, actor):
        mails.outbox.put(mail)
    return given


def _entitled(source: Source, leader: str | None) -> None:
    """Refuse whoever is not the leader, `ignore_auth` or not.

    A delegate stands in for dated days; what stands until it is voided is not hers.
    """
    if not source.agency_id or not roles.holds(leader, roles.LEADER, source.agency_id):
        raise tk.NotAuthorized(tk._("Only the agency's leader decides this."))


def _complete(now: terms.Terms) -> None:
    if now.missing:
        told = [tk._(terms.MISSING[code]) for code in now.missing]
        raise tk.ValidationError({"source_id": told})


def _record(name: str, given: HarvestApproval, actor: str | None, **told: Any) -> None:
    events.record(
        name,
        object_type=KIND,
        object_id=given.source_id,
        actor=actor,
        agency=given.agency_id,
        public=False,
        approval=given.id,
        digest=given.digest,
        dataset=given.content()["dataset"],
        **told,
    )
