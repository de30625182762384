"""The life of a request for data outside the catalogue.

    draft ──submit──▶ submitted ──accept──▶ accepted
                          └──────decline──▶ declined

Accepting puts a line into an open edition; that edition's decision puts it in force.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue import editions
from ckanext.sonla.catalogue.numbering import next_code
from ckanext.sonla.catalogue.transitions import Transition
from ckanext.sonla.shared import clock, standing_in
from ckanext.sonla.shared.msgid import N_

from . import mails
from .model import EntryRequest

STATES = ("draft", "submitted", "accepted", "declined")


class Step(Transition[EntryRequest]):
    """A step of a request."""

    labels = "request_state"
    refusal = N_("The request is {state}; that cannot be done now.")

    def after(self, request: EntryRequest) -> None:
        model.Session.flush()
        mails.put_about(request)

    def told(self, request: EntryRequest) -> dict[str, Any]:
        return {
            "object_type": "entry_request",
            "object_id": request.id,
            "title": request.title,
            "comment": request.comment,
            "edition": request.edition_id,
            "entry": request.entry_code,
        }


class Submit(Step):
    """The agency's leader, or her stand-in, sends the request to the operator."""

    sources = ("draft",)
    target = "submitted"
    event = "entry_request.submitted"
    leaders = True

    def apply(self, request: EntryRequest, actor: str, **_data: Any) -> None:
        stands_in = standing_in.told(actor, request.agency_id)
        if stands_in and actor == request.created_by:
            raise tk.NotAuthorized(
                tk._("Who stands in for the leader has not written what she sends.")
            )
        request.submitted, request.submitted_by = clock.now(), actor


def _decide(request: EntryRequest, actor: str, comment: str) -> None:
    if actor in (request.created_by, request.submitted_by):
        raise tk.NotAuthorized(tk._("Who asked does not decide on the request."))
    request.decided, request.decided_by = clock.now(), actor
    request.comment = comment


class Accept(Step):
    """The operator puts the line into an open edition."""

    sources = ("submitted",)
    target = "accepted"
    event = "entry_request.accepted"

    def apply(self, request: EntryRequest, actor: str, **data: Any) -> None:
        edition = data["edition"]
        line = {**request.fields, **data["fields"], "title": request.title}
        line["code"] = data.get("code") or next_code()
        _decide(request, actor, data["comment"])
        editions.create_entry(edition, line, actor)
        request.edition_id, request.entry_code = edition.id, line["code"]


class Decline(Step):
    """The operator declines, with the reason."""

    sources = ("submitted",)
    target = "declined"
    event = "entry_request.declined"

    def apply(self, request: EntryRequest, actor: str, **data: Any) -> None:
        _decide(request, actor, data["comment"])


TRANSITIONS = (Submit, Accept, Decline)
