"""Actions on the operating office's tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.catalogue.callers import actor_id, own_agency, reads_all
from ckanext.sonla.catalogue.edition_action import whole_or_nothing
from ckanext.sonla.shared import clock, events

from . import schema, words
from .model import OfficeTask

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@tk.side_effect_free
@validate(schema.task_list)
def sonla_task_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List tasks, the open ones first: all for the office, own ones for an agency.

    :param state: `open` or `done`
    :returns: `count` and `results`
    """
    tk.check_access("sonla_task_list", context, data_dict)
    query = sa.select(OfficeTask)
    if not reads_all(context):
        query = query.where(OfficeTask.agency_id == own_agency(context))
    if data_dict.get("state"):
        query = query.where(OfficeTask.state == data_dict["state"])
    count = model.Session.scalar(
        sa.select(sa.func.count()).select_from(query.subquery())
    )
    page = query.order_by(
        OfficeTask.state.desc(), OfficeTask.due, OfficeTask.opened, OfficeTask.id
    )
    page = page.limit(data_dict["limit"]).offset(data_dict["offset"])
    return {
        "count": count,
        "results": [task_dict(one) for one in model.Session.scalars(page)],
    }


@validate(schema.task_close)
def sonla_task_close(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Put on record what was done about a task, and close it.

    :param id: the task's id
    :param record: what was found and decided
    """
    tk.check_access("sonla_task_close", context, data_dict)
    found = model.Session.get(OfficeTask, data_dict["id"])
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such task."))
    actor = actor_id(context)
    with whole_or_nothing():
        model.Session.refresh(found, with_for_update=True)
        if found.state != "open":
            raise tk.ValidationError({"state": [tk._("This task is done already.")]})
        found.state, found.done, found.done_by = "done", clock.now(), actor
        found.record = data_dict["record"]
        events.record(
            "task.done",
            object_type="task",
            object_id=found.id,
            actor=actor,
            public=False,
            kind=found.kind,
            subject=found.subject,
            record=found.record,
        )
    model.Session.commit()
    return task_dict(found)


def task_dict(task: OfficeTask) -> dict[str, Any]:
    """Return a task as the actions answer it."""
    agency = model.Group.get(task.agency_id) if task.agency_id else None
    return {
        "id": task.id,
        "kind": task.kind,
        "subject": task.subject.partition(" ")[0],
        "title": words.title(task.kind, task.subject, task.title),
        "what_to_do": words.what_to_do(task.kind),
        "agency": agency.name if agency else None,
        "agency_title": agency.title if agency else None,
        "state": task.state,
        "opened": clock.iso_z(task.opened),
        "due": task.due.isoformat() if task.due else None,
        "late": task.state == "open" and bool(task.due and task.due < clock.today()),
        "done": clock.iso_z(task.done) if task.done else None,
        "record": task.record,
    }
