"""How the outbox stands, for operators."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model

from . import clock
from .mail import GIVEN_UP, UNSURE, WAITING, OutboxMail

_AGAIN = (GIVEN_UP, UNSURE)


def counts() -> dict[str, int]:
    """Return how many notices there are in each state."""
    rows = model.Session.execute(
        sa.select(OutboxMail.state, sa.func.count()).group_by(OutboxMail.state)
    )
    return {row[0]: row[1] for row in rows}


def of(limit: int, offset: int) -> dict[str, Any]:
    """Return what `sonla_outbox_show` answers."""
    failing = sa.and_(OutboxMail.state == WAITING, OutboxMail.attempts > 0)
    wrong = sa.or_(failing, OutboxMail.state.in_(_AGAIN))
    rows = model.Session.scalars(
        sa.select(OutboxMail)
        .where(wrong)
        .order_by(OutboxMail.created.desc(), OutboxMail.id.desc())
        .limit(limit)
        .offset(offset)
    )
    oldest = model.Session.scalar(
        sa.select(sa.func.min(OutboxMail.created)).where(OutboxMail.state == WAITING)
    )
    return {
        "states": counts(),
        "oldest": clock.iso_z(oldest) if oldest else None,
        "count": model.Session.scalar(
            sa.select(sa.func.count()).select_from(OutboxMail).where(wrong)
        ),
        "results": [_shown(row) for row in rows],
    }


def _shown(row: OutboxMail) -> dict[str, Any]:
    return {
        "key": row.key,
        "channel": row.channel,
        "state": row.state,
        "attempts": row.attempts,
        "created": clock.iso_z(row.created),
        "next_attempt": clock.iso_z(row.next_attempt),
        "error": row.error,
        "message_id": row.message_id,
    }


def resend(key: str) -> dict[str, str]:
    """Let a notice that was given up, or is unsure, go out; the caller commits."""
    row = model.Session.scalar(
        sa.select(OutboxMail)
        .where(OutboxMail.key == key, OutboxMail.state.in_(_AGAIN))
        .with_for_update()
    )
    if row is None:
        raise tk.ObjectNotFound(tk._("No such notice can be sent again"))
    row.state, row.attempts, row.next_attempt = WAITING, 0, clock.now()
    return {"key": row.key, "state": row.state}
