"""The life of a request for data outside the catalogue.

    draft ──submit──▶ submitted ──accept──▶ accepted
                          └──────decline──▶ declined

Accepting puts a line into an open edition; that edition's decision puts it in force.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue import editions, vocabulary
from ckanext.sonla.catalogue.numbering import next_code
from ckanext.sonla.shared import clock, events

from . import mails

if TYPE_CHECKING:
    from .model import EntryRequest

STATES = ("draft", "submitted", "accepted", "declined")


class Transition:
    """A step of a request from one state to the next."""

    sources: ClassVar[tuple[str, ...]]
    target: ClassVar[str]
    event: ClassVar[str]

    def run(self, request: EntryRequest, actor: str, **data: Any) -> None:
        """Take the step, log and tell it, in the caller's transaction.

        Raises:
            ValidationError: from this state, or the line doesn't fit the edition.
            NotAuthorized: who asked doesn't decide.
        """
        model.Session.refresh(request, with_for_update=True)
        if request.state not in self.sources:
            label = vocabulary.label("request_state", request.state)
            raise tk.ValidationError(
                {
                    "state": [
                        tk._("The request is {state}; that cannot be done now.").format(
                            state=label
                        )
                    ]
                }
            )
        self.apply(request, actor, **data)
        request.state = self.target
        model.Session.flush()
        mails.put_about(request)
        events.record(
            self.event,
            object_type="entry_request",
            object_id=request.id,
            actor=actor,
            public=False,
            title=request.title,
            comment=request.comment,
            edition=request.edition_id,
            entry=request.entry_code,
        )

    def apply(self, request: EntryRequest, actor: str, **data: Any) -> None:
        """Write what the step brings."""
        raise NotImplementedError


class Submit(Transition):
    """The agency's leader sends the request to the operator."""

    sources = ("draft",)
    target = "submitted"
    event = "entry_request.submitted"

    def apply(self, request: EntryRequest, actor: str, **_data: Any) -> None:
        request.submitted, request.submitted_by = clock.now(), actor


def _decide(request: EntryRequest, actor: str, comment: str) -> None:
    if actor in (request.created_by, request.submitted_by):
        raise tk.NotAuthorized(tk._("Who asked does not decide on the request."))
    request.decided, request.decided_by = clock.now(), actor
    request.comment = comment


class Accept(Transition):
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


class Decline(Transition):
    """The operator declines, with the reason."""

    sources = ("submitted",)
    target = "declined"
    event = "entry_request.declined"

    def apply(self, request: EntryRequest, actor: str, **data: Any) -> None:
        _decide(request, actor, data["comment"])


TRANSITIONS = (Submit, Accept, Decline)
