"""Answers that an agency gives again and again, kept for its officers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.model.types import make_uuid
from ckanext.sonla.feedback import callers
from ckanext.sonla.shared import clock, roles

from . import schema
from .model import SavedAnswer

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


def _agency(context: Context) -> str:
    held = roles.appointment_of(context.get("user"))
    if held is None:
        raise tk.NotAuthorized(tk._("This is for the agencies' accounts."))
    return held.agency_id


@tk.side_effect_free
@validate(schema.feedback_saved_answer_list)
def sonla_feedback_saved_answer_list(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """List the answers that the own agency has saved, by title.

    :returns: `count` and `results`, each `{id, title, text}`
    """
    tk.check_access("sonla_feedback_saved_answer_list", context, data_dict)
    query = sa.select(SavedAnswer).where(SavedAnswer.agency_id == _agency(context))
    counted = sa.select(sa.func.count()).select_from(query.subquery())
    page = query.order_by(SavedAnswer.title)
    page = page.limit(data_dict["limit"]).offset(data_dict["offset"])
    return {
        "count": model.Session.scalar(counted),
        "results": [
            {"id": row.id, "title": row.title, "text": row.text}
            for row in model.Session.scalars(page)
        ],
    }


@validate(schema.feedback_saved_answer_create)
def sonla_feedback_saved_answer_create(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Save an answer for the own agency, in place of one of the same title.

    :param title: what it is found by
    :param text: what is answered
    :returns: `{id, title, text}`
    """
    tk.check_access("sonla_feedback_saved_answer_create", context, data_dict)
    kept = {"title": data_dict["title"], "text": data_dict["text"]}
    statement = insert(SavedAnswer).values(
        id=make_uuid(),
        agency_id=_agency(context),
        created_by=callers.actor_id(context),
        created=clock.now(),
        **kept,
    )
    row_id = model.Session.scalar(
        statement.on_conflict_do_update(
            index_elements=["agency_id", "title"], set_={"text": kept["text"]}
        ).returning(SavedAnswer.id)
    )
    model.Session.commit()
    return {"id": row_id, **kept}


@validate(schema.feedback_saved_answer_delete)
def sonla_feedback_saved_answer_delete(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Delete a saved answer of the own agency.

    :param id: its id
    """
    tk.check_access("sonla_feedback_saved_answer_delete", context, data_dict)
    row = model.Session.get(SavedAnswer, data_dict["id"])
    if row is None or row.agency_id != _agency(context):
        raise tk.ObjectNotFound(tk._("There is no such saved answer."))
    model.Session.delete(row)
    model.Session.commit()
    return {"id": data_dict["id"]}
