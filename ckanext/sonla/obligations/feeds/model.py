"""The secret addresses of the calendars: of each only a digest is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.model.types import make_uuid
from ckanext.sonla.shared import clock

# Twice the 128 bits that nobody guesses.
SECRET_BYTES = 32


class CalendarFeed(tk.BaseModel):
    """An account's calendar: it ends with the account's role in the agency.

    One for each account, not for the agency, so that a predecessor's address gives
    nothing any more once the office has been handed over.
    """

    __tablename__ = "sonla_obligation_feed"

    user_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    id: Mapped[str] = mapped_column(sa.Text, unique=True)
    agency_id: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.Text)
    made: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))


def digest_of(secret: str) -> str:
    """Return the digest under which a secret is kept; it has entropy enough for one."""
    return hashlib.sha256(secret.encode()).hexdigest()


def renew(user_id: str, agency_id: str, language: str) -> tuple[CalendarFeed, str]:
    """Give an account a new address in place of the one it has.

    Returns:
        The feed, and its secret, which is told this once.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    feed = model.Session.get(CalendarFeed, user_id) or CalendarFeed(user_id=user_id)
    feed.id, feed.agency_id, feed.language = make_uuid(), agency_id, language
    feed.digest, feed.made = digest_of(secret), clock.now()
    model.Session.add(feed)
    return feed, secret


def end(user_id: str) -> bool:
    """Take an account's address away; False if it had none."""
    feed = model.Session.get(CalendarFeed, user_id)
    if feed is None:
        return False
    model.Session.delete(feed)
    return True


def of_account(user_id: str) -> CalendarFeed | None:
    """Return an account's feed."""
    return model.Session.get(CalendarFeed, user_id)


def find(feed_id: str, secret: str) -> CalendarFeed | None:
    """Return the feed of an address, or None; in the same time for any wrong secret."""
    feed = model.Session.scalars(
        sa.select(CalendarFeed).where(CalendarFeed.id == feed_id)
    ).one_or_none()
    kept = feed.digest if feed else digest_of("")
    right = hmac.compare_digest(kept, digest_of(secret))
    return feed if feed is not None and right else None
