"""The pages of requests for data outside the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue import forms, permissions
from ckanext.sonla.shared.calling import call, page_number, read

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

entry_requests = Blueprint("sonla_entry_requests", __name__, url_prefix="/catalogue")

PER_PAGE = 50


@entry_requests.route("/requests")
def index() -> ResponseReturnValue:
    """List requests."""
    state, page = tk.request.args.get("state", ""), page_number()
    found = read(
        "sonla_entry_request_list",
        {"state": state, "limit": PER_PAGE, "offset": (page - 1) * PER_PAGE},
    )
    return tk.render(
        "catalogue/requests.html",
        {
            "requests": found["results"],
            "count": found["count"],
            "state": state,
            "number": page,
            "more": found["count"] > page * PER_PAGE,
            "writes": permissions.may_in(tk.current_user.name, "write_request", None),
        },
    )


@entry_requests.route("/request/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Draft a request."""
    if not permissions.may_in(tk.current_user.name, "write_request", None):
        tk.abort(403, tk._("This is for the agencies' accounts."))
    if tk.request.method == "GET":
        return _form({})
    made = call("sonla_entry_request_create", _asked())
    if made is None:
        return _form(tk.request.form), 409
    return tk.redirect_to("sonla_entry_requests.show", id=made["id"])


def _asked() -> dict[str, Any]:
    form = tk.request.form
    fields = {name: one for name, one in forms.read_inputs(form).items() if one}
    return {**fields, "reason": form.get("reason", "")}


def _form(form: Any, request: dict[str, Any] | None = None) -> str:
    return tk.render(
        "catalogue/request_form.html",
        {"form": form, "request": request, "choices": forms.choices()},
    )


@entry_requests.route("/request/<id>")
def show(id: str) -> ResponseReturnValue:  # noqa: A002 - the word in CKAN's addresses
    """Show a request and the next step."""
    found = read("sonla_entry_request_show", {"id": id})
    user = tk.current_user.name
    agency = _agency_id(found)
    accepts = permissions.may(user, "write") and found["state"] == "submitted"
    return tk.render(
        "catalogue/request.html",
        {
            "request": found,
            "accepts": accepts,
            "editions": _open_editions() if accepts else [],
            "choices": forms.choices() if accepts else {},
            "writes": permissions.may_in(user, "write_request", agency),
            "sends": permissions.may_in(user, "send_request", agency),
        },
    )


def _agency_id(found: dict[str, Any]) -> str:
    group = model.Group.get(found["agency"])
    return group.id if group else found["agency"]


def _open_editions() -> list[dict[str, Any]]:
    found = read("sonla_edition_list", {"limit": 100})["results"]
    return [one for one in found if one["state"] in ("draft", "rejected")]


@entry_requests.route("/request/<id>/edit", methods=["GET", "POST"])
def edit(id: str) -> ResponseReturnValue:  # noqa: A002
    """Write a drafted request anew."""
    found = read("sonla_entry_request_show", {"id": id})
    if tk.request.method == "GET":
        given = {**found["fields"], "title": found["title"], "reason": found["reason"]}
        return _form(given, found)
    if call("sonla_entry_request_update", {"id": id, **_asked()}) is None:
        return _form(tk.request.form, found), 409
    return tk.redirect_to("sonla_entry_requests.show", id=id)


@entry_requests.route(
    "/request/<id>/<any(submit,accept,decline):step>", methods=["POST"]
)
def take_step(id: str, step: str) -> ResponseReturnValue:  # noqa: A002
    """Send a request, or decide on it."""
    form = tk.request.form
    asked: dict[str, Any] = {"id": id}
    if step != "submit":
        asked["comment"] = form.get("comment", "")
    if step == "accept":
        names = ("edition_id", "code", "domain", "update_cycle")
        asked |= {name: form[name] for name in names if form.get(name)}
    if call(f"sonla_entry_request_{step}", asked):
        tk.h.flash_success(tk._("Done."))
    return tk.redirect_to("sonla_entry_requests.show", id=id)
