"""Sending what is in the outbox: never twice, and nothing lost while a server is away.

A sender claims a notice by a lock of its connection, which ends with its process, and
writes down how far it is, each in a commit of its own: `sending`, then `handing` right
before the other end may take it over, then `sent`. One found in `sending` was surely
not taken: it is sent again. One found in `handing`, its sender dead, may be out: it
becomes `unsure` and isn't sent again, unless the settings prefer two copies to none.
Operators see those, and their Message-ID, which the mail server's log knows.

A server that is away is asked by one notice a run, and no notice is given up for it.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

import ckan.plugins.toolkit as tk
from ckan import model

from . import channels, clock
from .mail import GIVEN_UP, HANDING, SENDING, SENT, UNSURE, WAITING, OutboxMail

if TYPE_CHECKING:
    from .channels import Parcel

log = logging.getLogger(__name__)
_LONGEST_WAIT = timedelta(days=1)
# Behind a channel that was away nothing waits longer than this once it is back.
_LONGEST_WAIT_FOR_A_CHANNEL = timedelta(hours=1)
_CLAIMED = (SENDING, HANDING)


def deliver() -> dict[str, int]:
    """Send what is due.

    Returns:
        How many were sent, failed for now, were given up, and are unsure.
    """
    told = {SENT: 0, WAITING: 0, GIVEN_UP: 0, UNSURE: 0}
    # One connection for all of it: the claims are locks of its session.
    with model.ensure_engine().connect() as connection:
        passed: set[int] = set()
        away: set[str] = set()
        while (mail_id := _next(connection, passed, away)) is not None:
            passed.add(mail_id)
            lock = sa.func.hashtextextended(f"sonla.mail.{mail_id}", 0)
            if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(lock))):
                connection.rollback()
                continue
            connection.commit()
            try:
                with Session(connection) as session:
                    state = _deliver_one(session, mail_id, away)
            finally:
                connection.rollback()
                connection.execute(sa.select(sa.func.pg_advisory_unlock(lock)))
                connection.commit()
            if state is not None:
                told[state] += 1
    return told


def _due() -> sa.ColumnElement[bool]:
    waiting = sa.and_(
        OutboxMail.state == WAITING, OutboxMail.next_attempt <= clock.now()
    )
    return sa.or_(waiting, OutboxMail.state.in_(_CLAIMED))


def _next(connection: sa.Connection, passed: set[int], away: set[str]) -> int | None:
    return connection.scalar(
        sa.select(OutboxMail.id)
        .where(_due(), OutboxMail.id.not_in(passed), OutboxMail.channel.not_in(away))
        .order_by(OutboxMail.next_attempt, OutboxMail.id)
        .limit(1)
    )


def _deliver_one(session: Session, mail_id: int, away: set[str]) -> str | None:
    """Send one that is locked; None if another sender was quicker."""
    mail = session.scalar(sa.select(OutboxMail).where(OutboxMail.id == mail_id, _due()))
    if mail is None:
        return None
    if mail.state == HANDING and not tk.config["sonla.mail.repeat_unsure"]:
        log.warning("Notice %s may be out or not: its sender died", mail.key)
        mail.state, mail.error = UNSURE, "its sender died while handing it over"
        session.commit()
        return UNSURE
    mail.state = SENDING
    mail.attempts += 1
    session.commit()
    if not _attempt(session, mail):
        away.add(mail.channel)
    session.commit()
    return mail.state


def _attempt(session: Session, mail: OutboxMail) -> bool:
    """Try once; return whether the channel was there at all."""

    def handing() -> None:
        mail.state = HANDING
        session.commit()

    try:
        channel = channels.named(mail.channel)
        channel.deliver(_parcel(session, mail), handing)
    except LookupError as error:
        mail.state, mail.error = GIVEN_UP, str(error)
    except channels.Later as error:
        log.warning("Notices by %s wait: %s", mail.channel, error)
        _postpone(mail, str(error), _LONGEST_WAIT_FOR_A_CHANNEL)
        return False
    except Exception as error:
        # Whatever a channel meets, this notice waits and the others go out.
        log.warning(
            "Notice %s: try %d failed: %s",
            mail.key,
            mail.attempts,
            error,
            exc_info=not isinstance(error, (OSError, ValueError)),
        )
        if mail.attempts >= tk.config["sonla.mail.attempts"]:
            mail.state = GIVEN_UP
        _postpone(mail, f"{type(error).__name__}: {error}", _LONGEST_WAIT)
    else:
        mail.state, mail.sent, mail.error = SENT, clock.now(), None
    return True


def _parcel(session: Session, mail: OutboxMail) -> Parcel:
    name, address, account = mail.address or "", mail.address, None
    if not mail.address:
        user = session.get(model.User, mail.user_id)
        if user is None or user.state == model.State.DELETED:
            raise LookupError("the account is gone")
        name, address, account = user.display_name, user.email, user.name
    return channels.Parcel(
        key=mail.key,
        message_id=mail.message_id,
        event=mail.event,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        language=mail.language,
        link=mail.link,
        name=name,
        address=address,
        account=account,
    )


def _postpone(mail: OutboxMail, error: str, longest: timedelta) -> None:
    mail.error = error[:1000]
    if mail.state == GIVEN_UP:
        return
    mail.state = WAITING
    first = timedelta(minutes=tk.config["sonla.mail.first_retry_minutes"])
    mail.next_attempt = clock.now() + min(
        first * 2 ** min(mail.attempts - 1, 20), longest
    )
