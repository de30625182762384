"""The closed loop: data that was published may be what feedback asked for.

The number of the last event that was followed is written with the mails, so nothing is
missed by a process that dies, and nobody is told twice.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback import people
from ckanext.sonla.feedback.model import Feedback, is_open
from ckanext.sonla.shared import approvals, preferences
from ckanext.sonla.shared.events import Event
from ckanext.sonla.shared.faults import declare, fault
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail, outbox

from . import progress

if TYPE_CHECKING:
    from ckanext.sonla.shared.approvals import Standing

declare("feedback_follow", "feedback_offered")

PUBLISHED = "revision.published"
MOST_CODES = 20


def follow() -> int:
    """Follow the log to its end, in the caller's transaction.

    Returns:
        How many revisions were published that open feedback may be about.
    """
    mark = progress.of("followed")
    last = model.Session.scalar(sa.select(sa.func.max(Event.seq))) or 0
    if not mark.value:
        # What was published before anybody could send feedback is nobody's.
        mark.value = str(last)
        return 0
    seen = int(mark.value)
    if last <= seen:
        return 0
    revision = Event.data["revision"].astext
    found = model.Session.scalars(
        sa.select(revision)
        .where(Event.seq > seen, Event.seq <= last, Event.name == PUBLISHED)
        .where(revision.is_not(None))
        .distinct()
    ).all()
    told = sum(_offer(one) for one in approvals.standing(found) if one.published)
    mark.value = str(last)
    model.Session.flush()
    fault("feedback_offered")
    return told


def _offer(revision: Standing) -> bool:
    """Tell those who handle what is open about a dataset that it was published."""
    rows = model.Session.execute(
        sa.select(Feedback.handler_id, Feedback.assigned_to, Feedback.code)
        .where(is_open(), Feedback.dataset_id == revision.dataset_id)
        .where(Feedback.kind != "regulation_proposal")
        .order_by(Feedback.due, Feedback.code)
    )
    by_reader: dict[str, list[str]] = defaultdict(list)
    for handler_id, assigned_to, code in rows:
        for user in [assigned_to] if assigned_to else people.handlers_of(handler_id):
            by_reader[user].append(code)
    for user_id, codes in by_reader.items():
        outbox.put(_mail(revision, user_id, codes))
    return bool(by_reader)


def _mail(revision: Standing, user_id: str, codes: list[str]) -> Mail:
    package = model.Package.get(revision.dataset_id)
    title = (package.title or package.name) if package else revision.dataset_id
    language = preferences.language_of(user_id)
    with speaking(language):
        subject = tk._("“{title}” was published: does it resolve feedback?")
        text = tk.ungettext(
            "{count} feedback about this dataset is open; an answer to it can name the "
            "new version.",
            "{count} feedback about this dataset are open; an answer to them can name "
            "the new version.",
            len(codes),
        ).format(count=len(codes))
    site = tk.config["ckan.site_url"].rstrip("/")
    return Mail(
        key=f"feedback.offered:{revision.revision}:{user_id}",
        user_id=user_id,
        subject=subject.format(title=title),
        text="\n\n".join([text, "\n".join(codes[:MOST_CODES])]),
        language=language,
        link=f"{site}/feedback/inbox?dataset_id={revision.dataset_id}",
        gather=True,
    )
