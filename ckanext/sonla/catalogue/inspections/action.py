"""Actions on inspections (article 5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.catalogue.callers import actor_id, own_agency, reads_all
from ckanext.sonla.catalogue.edition_action import whole_or_nothing
from ckanext.sonla.shared import clock, events

from . import mails, schema
from .model import Inspection

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@validate(schema.inspection_create)
def sonla_inspection_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Put an inspection of an agency on record; it stays as it is written.

    :param agency: the agency's name
    :param date: the day of the inspection
    :param findings: what was found
    """
    tk.check_access("sonla_inspection_create", context, data_dict)
    agency = model.Group.get(data_dict["agency"])
    if agency is None or not agency.is_organization:
        raise tk.ValidationError({"agency": [tk._("There is no such agency.")]})
    if data_dict["date"] > clock.today():
        raise tk.ValidationError({"date": [tk._("This day has not come yet.")]})
    actor = actor_id(context)
    inspection = Inspection(
        agency_id=agency.id,
        date=data_dict["date"],
        findings=data_dict["findings"],
        created_by=actor,
    )
    model.Session.add(inspection)
    model.Session.flush()
    mails.put_recorded(inspection)
    _log("inspection.recorded", inspection, actor)
    model.Session.commit()
    return inspection_dict(inspection, agency)


@tk.side_effect_free
@validate(schema.inspection_list)
def sonla_inspection_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List inspections, the newest first: the own agency's, or all for the office.

    :param agency: only this agency's, by name
    :returns: `count` and `results`
    """
    tk.check_access("sonla_inspection_list", context, data_dict)
    query = sa.select(Inspection, model.Group).join(
        model.Group, model.Group.id == Inspection.agency_id
    )
    if not reads_all(context):
        query = query.where(Inspection.agency_id == own_agency(context))
    if data_dict.get("agency"):
        query = query.where(
            sa.or_(
                model.Group.name == data_dict["agency"],
                model.Group.id == data_dict["agency"],
            )
        )
    count = model.Session.scalar(
        sa.select(sa.func.count()).select_from(
            query.with_only_columns(Inspection.id).subquery()
        )
    )
    page = query.order_by(Inspection.date.desc(), Inspection.created.desc())
    page = page.limit(data_dict["limit"]).offset(data_dict["offset"])
    return {
        "count": count,
        "results": [inspection_dict(*row) for row in model.Session.execute(page)],
    }


@validate(schema.inspection_answer)
def sonla_inspection_answer(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Reply to the findings of an inspection, once, for the own agency.

    :param id: the inspection's id
    :param text: the agency's reply
    """
    tk.check_access("sonla_inspection_answer", context, data_dict)
    inspection = model.Session.get(Inspection, data_dict["id"])
    agency = model.Group.get(inspection.agency_id) if inspection else None
    if inspection is None or agency is None:
        raise tk.ObjectNotFound(tk._("There is no such inspection."))
    actor = actor_id(context)
    with whole_or_nothing():
        model.Session.refresh(inspection, with_for_update=True)
        if inspection.answered is not None:
            raise tk.ValidationError(
                {"state": [tk._("Your agency has replied already.")]}
            )
        inspection.answer = data_dict["text"]
        inspection.answered, inspection.answered_by = clock.now(), actor
        model.Session.flush()
        mails.put_answered(inspection)
        _log("inspection.answered", inspection, actor)
    model.Session.commit()
    return inspection_dict(inspection, agency)


def inspection_dict(inspection: Inspection, agency: model.Group) -> dict[str, Any]:
    """Return an inspection as the actions answer it; offices, no persons."""
    return {
        "id": inspection.id,
        "agency": agency.name,
        "agency_title": agency.title or agency.name,
        "date": inspection.date.isoformat(),
        "findings": inspection.findings,
        "created": clock.iso_z(inspection.created),
        "answer": inspection.answer,
        "answered": clock.iso_z(inspection.answered) if inspection.answered else None,
    }


def _log(name: str, inspection: Inspection, actor: str) -> None:
    events.record(
        name,
        object_type="inspection",
        object_id=inspection.id,
        actor=actor,
        public=False,
        inspected=inspection.agency_id,
        date=inspection.date,
    )
