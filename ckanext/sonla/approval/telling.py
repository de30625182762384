"""How revisions stand, for those who follow their events."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.shared.approvals import Standing, teller

from . import states
from .model import Revision

_APPROVED = (*states.PUBLIC, states.SCHEDULED, states.PUBLISHING)


@teller
def standing(revisions: list[str]) -> list[Standing]:
    """Return how some revisions stand.

    The entry is that of the content that was submitted: an update may name another one
    than the published dataset does.
    """
    entry = sa.func.coalesce(
        Revision.content["dataset"]["catalogue_entry"].astext,
        model.Package.extras["catalogue_entry"].astext,
    )
    rows = model.Session.execute(
        sa.select(
            Revision.id,
            Revision.dataset_id,
            Revision.agency_id,
            entry.label("entry"),
            Revision.kind,
            Revision.state,
            Revision.data_period,
            Revision.submitted,
            Revision.decided,
        )
        .outerjoin(model.Package, model.Package.id == Revision.dataset_id)
        .where(Revision.id.in_(revisions))
    )
    return [_told(row) for row in rows]


def _told(row: Any) -> Standing:
    approved = row.state in _APPROVED
    return Standing(
        revision=row.id,
        dataset_id=row.dataset_id,
        agency_id=row.agency_id,
        entry=row.entry,
        kind=row.kind,
        period=row.data_period,
        submitted=row.submitted if approved or row.state == states.SUBMITTED else None,
        decided=row.decided if approved else None,
        published=row.state in states.PUBLIC,
    )
