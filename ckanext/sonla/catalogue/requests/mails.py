"""What a request tells, made as values: the operators, then the agency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import policy, preferences, roles, standing_in
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail, outbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import EntryRequest


def put_about(request: EntryRequest) -> None:
    """Tell whoever has to know of the state that the request has reached."""
    for user_id in _readers(request):
        language = preferences.language_of(user_id)
        with speaking(language):
            subject, text = _words(request)
        site = tk.config["ckan.site_url"].rstrip("/")
        outbox.put(
            Mail(
                key=f"entry_request.{request.state}:{request.id}:{user_id}",
                user_id=user_id,
                subject=subject.format(title=request.title),
                text=text,
                language=language,
                link=f"{site}/catalogue/request/{request.id}",
                gather=True,
            )
        )


def _readers(request: EntryRequest) -> Iterator[str]:
    if request.state == "submitted":
        office = model.Group.get(policy.text("operating_office"))
        yield from roles.holders_of(roles.OPERATOR, office.id) if office else []
        return
    for role in (roles.OFFICER, roles.LEADER):
        yield from standing_in.readers_of(role, request.agency_id)


def _words(request: EntryRequest) -> tuple[str, str]:
    if request.state == "submitted":
        return tk._("Request for the catalogue: {title}"), request.reason
    if request.state == "accepted":
        text = tk._("The line is in an edition of the catalogue that is being drafted.")
        parts = [text, request.comment]
        return tk._("Request accepted: {title}"), "\n\n".join(p for p in parts if p)
    return tk._("Request declined: {title}"), request.comment
