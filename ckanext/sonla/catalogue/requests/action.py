"""Actions on requests for data outside the catalogue (article 7.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.catalogue import register
from ckanext.sonla.catalogue.callers import (
    actor_id,
    agencies_of,
    own_agency,
    reads_all,
)
from ckanext.sonla.catalogue.demand import sources
from ckanext.sonla.catalogue.directory import Directory
from ckanext.sonla.catalogue.edition_action import get_edition, whole_or_nothing
from ckanext.sonla.catalogue.editions import words
from ckanext.sonla.catalogue.entry_fields import read
from ckanext.sonla.shared import clock, events

from . import schema, states
from .model import EntryRequest

if TYPE_CHECKING:
    from datetime import datetime

    from ckan.types import Context, DataDict


def get_request(request_id: str) -> EntryRequest:
    """Return a request.

    Raises:
        NotFound: there is none.
    """
    found = model.Session.get(EntryRequest, request_id)
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such request."))
    return found


def _asked(data: dict[str, Any], agency_id: str | None) -> dict[str, Any]:
    """Return the fields that were given, after the entry's own rules.

    Raises:
        ValidationError: by field.
    """
    given = {name: data[name] for name in schema.ASKED if data.get(name)}
    directory = Directory.read()
    given.setdefault("lead_agency", directory.agency_name(agency_id or ""))
    problems = read({**given, "title": data["title"]}, directory, whole=False).problems
    if problems:
        errors: dict[str, Any] = {}
        for name, problem in problems:
            errors.setdefault(name, []).append(words(problem))
        raise tk.ValidationError(errors)
    return given


@validate(schema.entry_request_create)
def sonla_entry_request_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Draft a request to put data of the own agency into the catalogue.

    :param title: what the data is
    :param reason: why it should be in the catalogue
    :returns: the request, in state `draft`; its leader submits it

    Further, each optional: the fields of `sonla_entry_create` but code and tables.
    """
    tk.check_access("sonla_entry_request_create", context, data_dict)
    agency_id, actor = own_agency(context), actor_id(context)
    request = EntryRequest(
        agency_id=agency_id,
        title=" ".join(data_dict["title"].split()),
        reason=data_dict["reason"],
        fields=_asked(data_dict, agency_id),
        created_by=actor,
    )
    model.Session.add(request)
    model.Session.flush()
    events.record(
        "entry_request.created",
        object_type="entry_request",
        object_id=request.id,
        actor=actor,
        public=False,
        title=request.title,
    )
    model.Session.commit()
    return request_dicts([request])[0]


@validate(schema.entry_request_update)
def sonla_entry_request_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write a drafted request anew.

    :param id: the request's id

    The other fields are those of `sonla_entry_request_create`.
    """
    tk.check_access("sonla_entry_request_update", context, data_dict)
    request = get_request(data_dict["id"])
    fields = _asked(data_dict, request.agency_id)
    with whole_or_nothing():
        model.Session.refresh(request, with_for_update=True)
        if request.state != "draft":
            raise tk.ValidationError(
                {"state": [tk._("The request has been sent; it stays as it is.")]}
            )
        request.title = " ".join(data_dict["title"].split())
        request.reason, request.fields = data_dict["reason"], fields
    model.Session.commit()
    return request_dicts([request])[0]


@validate(schema.by_id)
def sonla_entry_request_submit(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Send a request to the operator, as the agency's leader.

    :param id: the request's id
    """
    tk.check_access("sonla_entry_request_submit", context, data_dict)
    request = get_request(data_dict["id"])
    with whole_or_nothing():
        states.Submit().run(request, actor_id(context))
    model.Session.commit()
    return request_dicts([request])[0]


@tk.side_effect_free
@validate(schema.by_id)
def sonla_entry_request_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return a request, with the demand for it.

    :param id: the request's id
    """
    tk.check_access("sonla_entry_request_show", context, data_dict)
    return request_dicts([get_request(data_dict["id"])])[0]


@tk.side_effect_free
@validate(schema.entry_request_list)
def sonla_entry_request_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List requests, the newest first: the own agency's, or all for the office.

    :param state: only those in this state
    :param agency: only this agency's, by name
    :returns: `count` and `results`
    """
    tk.check_access("sonla_entry_request_list", context, data_dict)
    query = sa.select(EntryRequest)
    own = EntryRequest.agency_id.in_(agencies_of(context))
    if not reads_all(context):
        query = query.where(own)
    elif not context.get("ignore_auth"):
        # A draft is the agency's own affair until its leader has sent it.
        query = query.where(sa.or_(EntryRequest.state != "draft", own))
    if data_dict.get("state"):
        query = query.where(EntryRequest.state == data_dict["state"])
    if data_dict.get("agency"):
        agency = model.Group.get(data_dict["agency"])
        query = query.where(EntryRequest.agency_id == (agency.id if agency else None))
    count = model.Session.scalar(
        sa.select(sa.func.count()).select_from(query.subquery())
    )
    page = query.order_by(EntryRequest.created.desc(), EntryRequest.id)
    page = page.limit(data_dict["limit"]).offset(data_dict["offset"])
    return {
        "count": count,
        "results": request_dicts(list(model.Session.scalars(page))),
    }


@validate(schema.entry_request_accept)
def sonla_entry_request_accept(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Put what a request asks for into an open edition, as a line of it.

    :param id: the request's id
    :param edition_id: the edition's id
    :param code: the line's code; by default the next free one
    :param comment: a word to the agency

    Further: what the request leaves open, such as `domain` and `update_cycle`.
    """
    tk.check_access("sonla_entry_request_accept", context, data_dict)
    request = get_request(data_dict["id"])
    edition = get_edition(data_dict["edition_id"])
    fields = {name: data_dict[name] for name in schema.ASKED if data_dict.get(name)}
    with whole_or_nothing():
        states.Accept().run(
            request,
            actor_id(context),
            edition=edition,
            fields=fields,
            code=data_dict.get("code"),
            comment=data_dict["comment"],
        )
    model.Session.commit()
    return request_dicts([request])[0]


@validate(schema.entry_request_decline)
def sonla_entry_request_decline(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Decline a request.

    :param id: the request's id
    :param comment: why
    """
    tk.check_access("sonla_entry_request_decline", context, data_dict)
    request = get_request(data_dict["id"])
    with whole_or_nothing():
        states.Decline().run(request, actor_id(context), comment=data_dict["comment"])
    model.Session.commit()
    return request_dicts([request])[0]


def request_dicts(requests: list[EntryRequest]) -> list[dict[str, Any]]:
    """Return requests as the actions answer them; agencies, no persons."""
    demand = sources.of_texts([one.title for one in requests])
    agencies = {
        one.id: one
        for one in model.Session.query(model.Group).filter(
            model.Group.id.in_([one.agency_id for one in requests])
        )
    }
    return [
        _request_dict(one, agencies.get(one.agency_id), demand[one.title])
        for one in requests
    ]


def _request_dict(
    request: EntryRequest, agency: model.Group | None, demand: list[dict[str, Any]]
) -> dict[str, Any]:
    entry = register.find_entry(request.entry_code) if request.entry_code else None
    state = register.state_of(entry, register.edition_in_force()) if entry else None
    return {
        "id": request.id,
        "agency": agency.name if agency else request.agency_id,
        "agency_title": (agency and agency.title) or request.agency_id,
        "state": request.state,
        "title": request.title,
        "reason": request.reason,
        "fields": request.fields,
        "created": _iso(request.created),
        "submitted": _iso(request.submitted),
        "decided": _iso(request.decided),
        "comment": request.comment,
        "edition_id": request.edition_id,
        "entry_code": request.entry_code,
        "entry_state": state,
        "demand": demand,
    }


def _iso(moment: datetime | None) -> str | None:
    return clock.iso_z(moment) if moment else None
