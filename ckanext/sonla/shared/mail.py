"""The mail outbox: a notice is written with what it tells of, and sent afterwards.

A mail is a row of the caller's transaction, so it exists exactly if what it tells of
does. Its key makes it exist once. `outbox.deliver` claims rows one by one with FOR
UPDATE SKIP LOCKED and keeps the claim while it talks to the mail server: two senders
never take the same mail, and the claim of one that dies falls back by itself. Should it
die between the server's yes and the commit, the second copy bears the same Message-ID.
"""

from __future__ import annotations

import hashlib
import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import mailer

from . import clock

log = logging.getLogger(__name__)
WAITING, SENT, GIVEN_UP = "waiting", "sent", "given_up"
_LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True)
class Mail:
    """A mail as a value, made by a pure function and sent elsewhere.

    Args:
        key: what the mail is, once for ever: `revision.submitted:<id>:<user>`.
        subject: one line, in the recipient's language.
        text: the plain text.
        user_id: the account that it goes to; its address is looked up on sending.
        address: an e-mail address, for somebody without an account.
        html: the same as HTML, if there is one.
        language: of subject and text, such as `vi`.
    """

    key: str
    subject: str
    text: str
    user_id: str | None = None
    address: str | None = None
    html: str | None = None
    language: str | None = None


class OutboxMail(tk.BaseModel):
    """A mail in the outbox."""

    __tablename__ = "sonla_mail"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    key: Mapped[str] = mapped_column(sa.Text, unique=True)
    user_id: Mapped[str | None] = mapped_column(sa.Text)
    address: Mapped[str | None] = mapped_column(sa.Text)
    subject: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str | None] = mapped_column(sa.Text)
    language: Mapped[str | None] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, default=WAITING)
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    next_attempt: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    created: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    sent: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(sa.Text)


class Outbox:
    """What waits to be sent."""

    def put(self, mail: Mail) -> None:
        """Add a mail to the caller's transaction; a key that is known adds nothing."""
        moment = clock.now()
        row: dict[str, Any] = {
            "key": mail.key,
            "user_id": mail.user_id,
            "address": mail.address,
            "subject": " ".join(mail.subject.split()),
            "text": mail.text,
            "html": mail.html,
            "language": mail.language,
            "state": WAITING,
            "attempts": 0,
            "next_attempt": moment,
            "created": moment,
        }
        model.Session.execute(
            insert(OutboxMail)
            .values(row)
            .on_conflict_do_nothing(index_elements=["key"])
        )

    def deliver(self) -> dict[str, int]:
        """Send what is due, each mail in a transaction of its own.

        Returns:
            How many were sent, failed for now, and given up.
        """
        told = {SENT: 0, WAITING: 0, GIVEN_UP: 0}
        while (state := self._deliver_next()) is not None:
            told[state] += 1
        return told

    def _deliver_next(self) -> str | None:
        with Session(model.meta.engine) as session, session.begin():
            mail = session.scalar(
                sa.select(OutboxMail)
                .where(
                    OutboxMail.state == WAITING,
                    OutboxMail.next_attempt <= clock.now(),
                )
                .order_by(OutboxMail.next_attempt, OutboxMail.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if mail is None:
                return None
            _attempt(session, mail)
            return mail.state


def _attempt(session: Session, mail: OutboxMail) -> None:
    mail.attempts += 1
    try:
        name, address = _recipient(session, mail)
        if not tk.config["smtp.mail_from"]:
            raise mailer.MailerException("smtp.mail_from is not set")
        mailer.mail_recipient(
            name,
            address,
            mail.subject,
            mail.text,
            body_html=mail.html,
            headers=_headers(mail),
        )
    except LookupError as error:
        mail.state, mail.error = GIVEN_UP, str(error)
    except (mailer.MailerException, smtplib.SMTPException, OSError) as error:
        log.warning("Mail %s: try %d failed: %s", mail.key, mail.attempts, error)
        _postpone(mail, str(error))
    else:
        mail.state, mail.sent, mail.error = SENT, clock.now(), None


def _recipient(session: Session, mail: OutboxMail) -> tuple[str, str]:
    if mail.address:
        return mail.address, mail.address
    user = session.get(model.User, mail.user_id)
    if user is None or user.state == model.State.DELETED or not user.email:
        raise LookupError("the account has no address or is gone")
    return user.display_name, user.email


def _headers(mail: OutboxMail) -> dict[str, str]:
    digest = hashlib.sha256(mail.key.encode()).hexdigest()[:40]
    headers = {
        "Message-ID": f"<{digest}@{tk.config['ckan.site_id']}>",
        "Auto-Submitted": "auto-generated",
    }
    if mail.language:
        headers["Content-Language"] = mail.language
    return headers


def _postpone(mail: OutboxMail, error: str) -> None:
    mail.error = error
    if mail.attempts >= tk.config["sonla.mail.attempts"]:
        mail.state = GIVEN_UP
        return
    first = timedelta(minutes=tk.config["sonla.mail.first_retry_minutes"])
    mail.next_attempt = clock.now() + min(
        first * 2 ** min(mail.attempts - 1, 20), _LONGEST_WAIT
    )


outbox = Outbox()
