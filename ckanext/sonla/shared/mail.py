"""The outbox: a notice is written with what it tells of, and sent afterwards.

A mail is a row of the caller's transaction, so it exists exactly if what it tells of
does, and its key makes it exist once. `delivery` sends it. The other channels get a row
each of what concerns an account.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model

from . import channels, clock, letters, preferences

MAIL = channels.MAIL
WAITING, SENT, GIVEN_UP = "waiting", "sent", "given_up"
# Claimed by a sender; being handed over; handed over perhaps, by one that died.
SENDING, HANDING, UNSURE = "sending", "handing", "unsure"
# Kept for its reader's daily digest; told in one.
GATHERED, DIGESTED = "gathered", "digested"


@dataclass(frozen=True)
class Mail:
    """A mail as a value, made by a pure function and sent elsewhere.

    Args:
        key: what the mail is, once for ever: `revision.submitted:<id>:<user>`. What
            stands before the first colon is the event's name.
        subject: one line, in the recipient's language.
        text: the plain text.
        user_id: the account that it goes to; its address is looked up on sending.
        address: an e-mail address, for somebody without an account.
        html: the same as HTML; made from `text` and `link` if there is none.
        language: of subject and text, such as `vi`.
        link: where to go from here, an address of the portal.
        gather: a daily digest may tell it, and other channels too: no secrets in it.
    """

    key: str
    subject: str
    text: str
    user_id: str | None = None
    address: str | None = None
    html: str | None = None
    language: str | None = None
    link: str | None = None
    gather: bool = False

    @property
    def event(self) -> str:
        """The name of what happened."""
        return self.key.partition(":")[0]


class OutboxMail(tk.BaseModel):
    """A notice in the outbox, for one channel."""

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
    channel: Mapped[str] = mapped_column(sa.Text, default=MAIL)
    event: Mapped[str] = mapped_column(sa.Text, default="")
    link: Mapped[str | None] = mapped_column(sa.Text)

    @property
    def message_id(self) -> str:
        """The Message-ID: the same at every try, so that a second copy is known."""
        digest = hashlib.sha256(self.key.encode()).hexdigest()[:40]
        return f"<{digest}@{tk.config['ckan.site_id']}>"


class Outbox:
    """What waits to be sent."""

    def put(self, mail: Mail) -> None:
        """Add a mail to the caller's transaction; a key that is known adds nothing."""
        daily = mail.gather and preferences.of(mail.user_id).rhythm == preferences.DAILY
        text, html = letters.mail(mail)
        self._add(mail, mail.key, MAIL, GATHERED if daily else WAITING, text, html)
        if mail.gather and mail.user_id:
            for name in channels.switched_on():
                self._add(mail, f"{name}:{mail.key}", name, WAITING, mail.text, None)

    def _add(  # noqa: PLR0913, PLR0917 - the parts of one row
        self,
        mail: Mail,
        key: str,
        channel: str,
        state: str,
        text: str,
        html: str | None,
    ) -> None:
        moment = clock.now()
        row: dict[str, Any] = {
            "key": key,
            "user_id": mail.user_id,
            "address": mail.address,
            "subject": " ".join(mail.subject.split()),
            "text": text,
            "html": html,
            "language": mail.language,
            "state": state,
            "attempts": 0,
            "next_attempt": moment,
            "created": moment,
            "channel": channel,
            "event": mail.event,
            "link": mail.link,
        }
        model.Session.execute(
            insert(OutboxMail)
            .values(row)
            .on_conflict_do_nothing(index_elements=["key"])
        )


outbox = Outbox()
