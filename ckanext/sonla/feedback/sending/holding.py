"""What an operator looks at before the public reads it; the clock runs meanwhile.

Article 9 gives ten days from receipt, and being looked at is no excuse for one more.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.feedback.model import Feedback
from ckanext.sonla.shared import policy

from . import short_memory, texts

if TYPE_CHECKING:
    from collections.abc import Collection

LINKS, WORDS, ALIKE, UNCHECKED = "links", "words", "alike", "unchecked"
REASONS = (LINKS, WORDS, ALIKE, UNCHECKED)

# Decided on at once: each has its event, and a page answers in time.
MOST_ALIKE = 500

_LINK = re.compile(
    r"https?:|hxxps?:|ftp:|javascript:|data:[a-z]+/|\bwww\.|\]\s*\(|<\s*a\b"
    r"|\b[\w-]+\.(?:com|net|org|info|biz|xyz|top|club|shop|site|online|icu|vip|win|bet"
    r"|app|io|me|ru|cn|cc|tk|ly|gl|gg)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")


def reasons(subject: str, text: str, *, alike: int | None) -> list[str]:
    """Return why an operator looks at a text first; none for most of them.

    Args:
        subject: as it is kept.
        text: as it is kept.
        alike: how often the same came within a day; None where nobody knows.
    """
    whole = f"{subject}\n{text}"
    found = []
    if _LINK.search(whole):
        found.append(LINKS)
    if _has_listed_word(whole):
        found.append(WORDS)
    if alike is None:
        found.append(UNCHECKED)
    elif alike > policy.number("feedback_alike"):
        found.append(ALIKE)
    return found


def count_alike(subject: str, text: str) -> int | None:
    """Count a text among those of a day that say the same; None: nobody knows."""
    told = texts.fold(f"{subject} {text}")
    digest = hashlib.sha256(told.encode()).hexdigest()
    try:
        return short_memory.count(f"alike:{digest}")
    except short_memory.Away:
        return None


def alike(feedback: Feedback, states: Collection[str]) -> list[Feedback]:
    """Return others that are held and say the same, the oldest first, under a lock.

    What another operator decides on at this moment is left to her.

    Args:
        feedback: what they are like.
        states: those from which the decision leads somewhere.
    """
    query = (
        sa.select(Feedback)
        .where(
            Feedback.moderation == "held",
            Feedback.state.in_(states),
            Feedback.subject == feedback.subject,
            Feedback.text == feedback.text,
            Feedback.id != feedback.id,
        )
        .order_by(Feedback.created, Feedback.id)
        .limit(MOST_ALIKE)
        .with_for_update(skip_locked=True)
    )
    return list(model.Session.scalars(query))


def _has_listed_word(text: str) -> bool:
    """Tell whether a text has a word of the policy's list.

    Vietnamese without accents says many things at once ("các" and a swear word fold to
    the same), so a single word counts as it is written in the list, and only an
    expression of several words counts without its accents too.
    """
    written = _words(unicodedata.normalize("NFC", text).casefold())
    folded = f" {texts.fold(text)} "
    for listed, plain in _listed(policy.text("feedback_words")):
        if f" {listed} " in written:
            return True
        if plain and f" {plain} " in folded:
            return True
    return False


def _words(text: str) -> str:
    return f" {' '.join(_WORD.findall(text))} "


@lru_cache(maxsize=4)
def _listed(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for line in text.split(","):
        listed = _words(unicodedata.normalize("NFC", line).casefold()).strip()
        if listed:
            plain = texts.fold(listed) if " " in listed else ""
            found.append((listed, plain))
    return tuple(found)
