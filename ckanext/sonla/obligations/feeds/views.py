"""The calendar of deadlines: a page by month, and a feed by a secret address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.obligations.pages import calendar
from ckanext.sonla.obligations.pages.asking import agency_of
from ckanext.sonla.obligations.permissions import reads_all, reads_of, reads_own
from ckanext.sonla.shared import months, roles
from ckanext.sonla.shared.calling import call
from ckanext.sonla.shared.language import speaking

from . import events
from . import model as feeds

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

calendars = Blueprint("sonla_deadline_calendars", __name__)

SHAPE = "/obligations/feed/<id>/<secret>.ics"


@calendars.route("/obligations/calendar")
def by_month() -> ResponseReturnValue:
    """Show an agency's deadlines by month."""
    user = tk.current_user.name
    if not reads_of(user) and not reads_all(user):
        tk.abort(403, tk._("The calendar is for the accounts of agencies."))
    if not tk.request.args.get("agency") and not reads_of(user):
        return tk.redirect_to("sonla_obligations.overview")
    return _calendar(agency_of(user, tk.request.args.get("agency")))


def _calendar(agency: model.Group, address: str = "") -> str:
    user = tk.current_user.name
    account = model.User.get(user)
    return tk.render(
        "obligations/calendar.html",
        {
            "agency": agency,
            "own": reads_own(user) == agency.id,
            "months": calendar.months_of(user, agency.id),
            "weekdays": months.weekdays(),
            "weekday": months.weekday,
            "feed": feeds.of_account(account.id) if account else None,
            "address": address,
        },
    )


@calendars.route("/obligations/calendar", methods=["POST"])
def renew_feed() -> ResponseReturnValue:
    """Give the reader a new secret address, and show it this once."""
    told = call("sonla_deadline_feed_renew", {})
    if told is None:
        return tk.redirect_to("sonla_deadline_calendars.by_month")
    answer = Response(
        _calendar(agency_of(tk.current_user.name, None), address=told["address"])
    )
    return _kept_nowhere(answer)


@calendars.route("/obligations/calendar/end", methods=["POST"])
def end_feed() -> ResponseReturnValue:
    """Take the secret address away."""
    told = call("sonla_deadline_feed_end", {})
    if told is not None:
        tk.h.flash_success(tk._("The address gives nothing any more."))
    return tk.redirect_to("sonla_deadline_calendars.by_month")


@calendars.route(SHAPE)
def feed(id: str, secret: str) -> ResponseReturnValue:  # noqa: A002 - the word in CKAN's addresses
    """Give the deadlines of one agency to whoever knows the secret; no account."""
    found = feeds.find(id, secret)
    account = model.User.get(found.user_id) if found else None
    held = roles.appointment_of(account.name) if account else None
    if found is None or account is None or held is None:
        tk.abort(404, tk._("There is no such calendar."))
    if held.agency_id != found.agency_id or reads_own(account.name) is None:
        tk.abort(404, tk._("There is no such calendar."))
    agency = model.Group.get(found.agency_id)
    assert agency is not None  # noqa: S101 - it has an account
    with speaking(found.language):
        content = events.calendar_of(
            account.name, {"id": agency.id, "title": agency.title or agency.name}
        )
    answer = Response(content, content_type="text/calendar; charset=utf-8")
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return _kept_nowhere(answer)


def _kept_nowhere(answer: Response) -> Response:
    """Let nothing between the portal and the reader keep an answer."""
    # Else CKAN calls what a stranger gets public.
    tk.request.environ["__no_cache__"] = True
    answer.cache_control.private = True
    answer.cache_control.no_store = True
    return answer
