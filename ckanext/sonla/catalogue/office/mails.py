"""What a task tells, made as values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import policy, preferences, roles
from ckanext.sonla.shared.formats import sonla_date
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail, outbox

from . import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import OfficeTask
    from .orphans import Orphan


def put_opened(task: OfficeTask, orphan: Orphan | None) -> None:
    """Tell the operators of a task, and the agency whose dataset it is about."""
    site = tk.config["ckan.site_url"].rstrip("/")
    link = f"{site}/dataset/{orphan.name}" if orphan else f"{site}/console"
    for user_id in _readers(task):
        language = preferences.language_of(user_id)
        with speaking(language):
            subject = words.title(task.kind, task.subject, task.title)
            text = words.what_to_do(task.kind)
            if task.due:
                due = tk._("To be done by {date}.").format(date=sonla_date(task.due))
                text = f"{text}\n\n{due}"
        outbox.put(
            Mail(
                key=f"task.opened:{task.id}:{user_id}",
                user_id=user_id,
                subject=subject,
                text=text,
                language=language,
                link=link,
                gather=True,
            )
        )


def _readers(task: OfficeTask) -> Iterator[str]:
    office = model.Group.get(policy.text("operating_office"))
    yield from roles.holders_of(roles.OPERATOR, office.id) if office else []
    if task.agency_id and not (office and office.id == task.agency_id):
        for role in (roles.OFFICER, roles.LEADER):
            yield from roles.holders_of(role, task.agency_id)
