"""One digest a day, for whoever wants it: what was gathered since the last one."""

from __future__ import annotations

from datetime import datetime, time

import sqlalchemy as sa

from ckan import model

from . import clock, letters, policy, preferences
from .mail import DIGESTED, GATHERED, Mail, OutboxMail, outbox


def put_due() -> None:
    """Put the digests that are due into the outbox, each in its own transaction.

    It is due from the policy's hour on, once a day; after an outage one tells it all.
    """
    today = clock.today()
    hour = time(policy.number("digest_hour"), tzinfo=clock.zone())
    moment = datetime.combine(today, hour)
    if clock.now() < moment:
        return
    readers = model.Session.scalars(
        sa.select(OutboxMail.user_id)
        .where(OutboxMail.state == GATHERED, OutboxMail.created < moment)
        .distinct()
    ).all()
    for user_id in readers:
        if user_id is not None:
            _put(user_id, moment, f"digest:{user_id}:{today.isoformat()}")


def _put(user_id: str, until: datetime, key: str) -> None:
    rows = model.Session.scalars(
        sa.select(OutboxMail)
        .where(
            OutboxMail.user_id == user_id,
            OutboxMail.state == GATHERED,
            OutboxMail.created < until,
        )
        .order_by(OutboxMail.created, OutboxMail.id)
        .with_for_update()
    ).all()
    language = preferences.language_of(user_id)
    subject, text, html = letters.digest(rows, language)
    outbox.put(
        Mail(
            key=key,
            user_id=user_id,
            subject=subject,
            text=text,
            html=html,
            language=language,
        )
    )
    for row in rows:
        row.state = DIGESTED
    model.Session.commit()
