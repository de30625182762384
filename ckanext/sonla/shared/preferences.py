"""How somebody wants to be told: at once or once a day, and in which language."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model

from .feature import ROOT

EACH, DAILY = "each", "daily"
RHYTHMS = (EACH, DAILY)


class NoticePreference(tk.BaseModel):
    """What an account chose; who chose nothing has no row."""

    __tablename__ = "sonla_notice_preference"

    user_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    rhythm: Mapped[str] = mapped_column(sa.Text, default=EACH)
    language: Mapped[str | None] = mapped_column(sa.Text)


def of(user_id: str | None) -> NoticePreference:
    """Return what an account chose, or what holds for everybody."""
    found = model.Session.get(NoticePreference, user_id) if user_id else None
    return found or NoticePreference(user_id=user_id, rhythm=EACH, language=None)


def language_of(user_id: str | None) -> str:
    """Return the language to write to an account in: its own, or the portal's."""
    return of(user_id).language or str(tk.config["ckan.locale_default"])


def languages() -> list[str]:
    """Return the languages that one can choose: those that the portal's words have."""
    spoken = {"en", *(path.name for path in (ROOT / "i18n").iterdir() if path.is_dir())}
    offered = tk.aslist(tk.config["ckan.locales_offered"])
    return sorted(spoken & set(offered) if offered else spoken)


def choose(user_id: str, rhythm: str, language: str | None) -> NoticePreference:
    """Remember what an account chose, in the caller's transaction."""
    row = NoticePreference(user_id=user_id, rhythm=rhythm, language=language)
    return model.Session.merge(row)
