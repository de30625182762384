"""Opening tasks: two reviews a year, and one for each dataset that lost its entry."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.model.types import make_uuid
from ckanext.sonla.catalogue import register
from ckanext.sonla.shared import clock, events, policy
from ckanext.sonla.shared.tick import task

from . import mails
from .model import OfficeTask
from .orphans import Orphan, orphans

CATALOGUE_REVIEW, PORTAL_REVIEW = "catalogue_review", "portal_review"
ORPHAN = "dataset_without_entry"
# Kind → the policy's day of the year, MM-DD.
_YEARLY = {
    CATALOGUE_REVIEW: "sonla.policy.catalogue_review_day",
    PORTAL_REVIEW: "sonla.policy.portal_review_day",
}


@task("catalogue.yearly_reviews")
def open_reviews() -> None:
    """Open the reviews of the year whose day has come (articles 6.1 and 7.1)."""
    today = clock.today()
    for kind, option in _YEARLY.items():
        month, day = (int(part) for part in str(tk.config[option]).split("-"))
        starts = date(today.year, month, day)
        if today >= starts:
            due = starts + timedelta(days=policy.number("review_task_days"))
            _open(kind, str(today.year), due=due)


@task("catalogue.orphans")
def open_orphans() -> None:
    """Open a task for each dataset that lost its entry, and end those that are over."""
    edition = register.edition_in_force()
    if edition is None:
        return
    found = {one.dataset_id: one for one in orphans()}
    for one in found.values():
        _open(
            ORPHAN, f"{one.dataset_id} {edition.id}", title=one.title,
            agency_id=one.agency_id, orphan=one,
        )  # fmt: skip
    for kept in model.Session.scalars(
        sa.select(OfficeTask).where(
            OfficeTask.kind == ORPHAN, OfficeTask.state == "open"
        )
    ):
        dataset_id, _, of_edition = kept.subject.partition(" ")
        if dataset_id not in found or of_edition != edition.id:
            kept.state, kept.done = "done", clock.now()
            _log("task.ended", kept)


def _open(  # noqa: PLR0913 - the parts of a task
    kind: str,
    subject: str,
    *,
    due: date | None = None,
    title: str = "",
    agency_id: str | None = None,
    orphan: Orphan | None = None,
) -> None:
    """Open a task unless it was opened before; tell those whom it concerns."""
    values = {
        "id": make_uuid(), "kind": kind, "subject": subject, "title": title,
        "agency_id": agency_id, "due": due, "opened": clock.now(), "state": "open",
        "record": "",
    }  # fmt: skip
    opened = model.Session.scalar(
        insert(OfficeTask)
        .values(values)
        .on_conflict_do_nothing(index_elements=["kind", "subject"])
        .returning(OfficeTask.id)
    )
    found = model.Session.get(OfficeTask, opened) if opened else None
    if found is not None:
        mails.put_opened(found, orphan)
        _log("task.opened", found)


def _log(name: str, found: OfficeTask) -> None:
    events.record(
        name,
        object_type="task",
        object_id=found.id,
        agency=found.agency_id,
        public=False,
        kind=found.kind,
        subject=found.subject,
        title=found.title,
    )
