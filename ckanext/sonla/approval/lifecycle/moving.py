"""Passing the seal for a dataset whose entry an edition has moved to another domain.

The database opens it for the transaction that has just written the move down, and for
nothing but the dataset's domain; it writes down only what the edition in force says
(migration `111`).
"""

from __future__ import annotations

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.approval import hand, states
from ckanext.sonla.approval.model import Revision
from ckanext.sonla.shared import domains

from .model import DomainMove

_SEALED = (states.PUBLISHED, states.SUPERSEDED)
_HELD = (states.SUBMITTED, states.SCHEDULED, states.PUBLISHING)


@domains.opens
def opened(move: domains.Move) -> str:
    """Open the seal around a dataset's domain, if there is one."""
    if _has(Revision.dataset_id == move.dataset_id, _SEALED):
        written = DomainMove(
            dataset_id=move.dataset_id,
            entry=move.entry,
            edition_id=move.edition_id,
            domain_id=move.domain_id,
            before=list(move.before),
        )
        model.Session.add(written)
        model.Session.flush()
        hand.pretend("sonla.moving", written.id)
        return domains.OPENED
    if _has(Revision.package_id == move.dataset_id, _HELD):
        return domains.HELD
    return domains.UNSEALED


def _has(condition: sa.ColumnElement[bool], of: tuple[str, ...]) -> bool:
    query = sa.select(Revision.id).where(condition, Revision.state.in_(of))
    return model.Session.scalars(query.limit(1)).first() is not None
