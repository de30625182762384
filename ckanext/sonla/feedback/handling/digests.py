"""What an account is told of several feedback at once: values, sent elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckanext.sonla.feedback.model import Feedback
from ckanext.sonla.feedback.vocabulary import label
from ckanext.sonla.shared import clock, preferences
from ckanext.sonla.shared.formats import sonla_date
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail

if TYPE_CHECKING:
    from datetime import date, datetime

REMINDER = "feedback.digest"
RECEIVED = "feedback.received"
# A mail names so many; the page behind the link has them all.
MOST_LINES = 20
COLUMNS = (
    Feedback.id,
    Feedback.round,
    Feedback.code,
    Feedback.kind,
    Feedback.subject,
    Feedback.handler_id,
    Feedback.due,
)


@dataclass(frozen=True)
class Line:
    """Feedback that somebody is told of."""

    id: str
    round: int
    code: str
    kind: str
    subject: str
    handler_id: str
    due: date


def reminder(user_id: str, lines: list[Line], day: date) -> Mail:
    """Return a person's digest of a day: what waits for an answer."""
    language = preferences.language_of(user_id)
    with speaking(language):
        subject = tk.ungettext(
            "{count} feedback waits for an answer",
            "{count} feedback wait for an answer",
            len(lines),
        ).format(count=len(lines))
        said = [f"– {_sentence(line)}" for line in lines[:MOST_LINES]]
        more = len(lines) - MOST_LINES
        if more > 0:
            words = tk.ungettext("and {count} more", "and {count} more", more)
            said.append(words.format(count=more))
    return _mail(f"{REMINDER}:{user_id}:{day.isoformat()}", user_id, subject, said)


def received(user_id: str, count: int, due: date, until: datetime) -> Mail:
    """Return what tells a person that feedback has come to the agency.

    Args:
        user_id: the account.
        count: how many.
        due: the first date on which one of them is due.
        until: the instant until which they came.
    """
    language = preferences.language_of(user_id)
    with speaking(language):
        subject = tk.ungettext(
            "{count} new feedback for your agency",
            "{count} new feedback for your agency",
            count,
        ).format(count=count)
        said = [tk._("The first is due on {due}.").format(due=sonla_date(due))]
    return _mail(f"{RECEIVED}:{until.isoformat()}:{user_id}", user_id, subject, said)


def _mail(key: str, user_id: str, subject: str, said: list[str]) -> Mail:
    return Mail(
        key=key,
        user_id=user_id,
        subject=subject,
        text="\n".join(said),
        language=preferences.language_of(user_id),
        link=f"{tk.config['ckan.site_url'].rstrip('/')}/feedback/inbox",
        gather=True,
    )


def _sentence(line: Line) -> str:
    words = tk._("due on {due}")
    if line.due < clock.today():
        words = tk._("was due on {due}")
    told = words.format(due=sonla_date(line.due))
    return f"{line.code} ({label('kind', line.kind)}) {line.subject}: {told}"
