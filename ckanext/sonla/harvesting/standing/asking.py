"""The officer asks the leader for a standing approval; what waits for whom.

What was asked for is one digest: whoever changes the source afterwards asks anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.harvest.model import HarvestSource
from ckanext.sonla.harvesting import configuration, sources
from ckanext.sonla.shared import events

from . import mails, showing
from .giving import KIND
from .model import alone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.harvesting.sources import Source

ASKED = "harvest.approval_asked"


def ask(source: Source, officer: str | None) -> None:
    """Ask the leader to approve a source as it is, in the caller's transaction.

    Asking twice for the same changes nothing.

    Raises:
        ckan ValidationError: it is approved already, or something is missing (409).
    """
    alone(source.id)
    state = showing.state_of(source)
    if state["missing"]:
        raise tk.ValidationError({"source_id": state["missing"]})
    if state["state"] == showing.APPROVED:
        raise tk.ValidationError(
            {"source_id": [tk._("The source has a standing approval already.")]}
        )
    if asked_digest(source.id) == state["digest"]:
        return
    events.record(
        ASKED,
        object_type=KIND,
        object_id=source.id,
        actor=officer,
        agency=source.agency_id,
        public=False,
        digest=state["digest"],
    )
    for mail in mails.asked(source, state["digest"]):
        mails.outbox.put(mail)


def asked_digest(source_id: str) -> str | None:
    """Return for which digest of a source an approval was asked last."""
    found = model.Session.scalars(
        sa.select(events.Event)
        .where(
            events.Event.object_type == KIND,
            events.Event.object_id == source_id,
            events.Event.name == ASKED,
        )
        .order_by(events.Event.seq.desc())
        .limit(1)
    ).one_or_none()
    return found.data.get("digest") if found else None


def open_of(agency_id: str) -> Iterator[dict[str, Any]]:
    """Yield an agency's sources whose approval was asked for, or is void.

    Returns:
        `name`, `title`, `asked` (whether it waits for the leader) and `why` (what
        voided the approval before).
    """
    found = model.Session.execute(
        sa.select(model.Package.id, model.Package.name, model.Package.title)
        .join(HarvestSource, HarvestSource.id == model.Package.id)
        .where(
            model.Package.owner_org == agency_id,
            model.Package.state == "active",
            HarvestSource.type.in_(configuration.KINDS),
            _COLUMNS.active.is_(True),
        )
        .order_by(model.Package.title)
    ).all()
    for id_, name, title in found:
        state = showing.state_of(sources.source_of(id_))
        asked = asked_digest(id_) == state["digest"]
        if state["state"] == showing.APPROVED or not (asked or state["why"]):
            continue
        yield {
            "name": name,
            "title": title or name,
            "asked": asked,
            "why": state["why"],
        }


_COLUMNS: Any = sa.inspect(HarvestSource).columns
