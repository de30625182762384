"""The operator's console, and the pages of inspections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

import ckan.plugins.toolkit as tk
from ckanext.sonla.catalogue import forms, permissions
from ckanext.sonla.shared.calling import call, page_number, read
from ckanext.sonla.shared.console import sections

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

console = Blueprint("sonla_console", __name__)

PER_PAGE = 50


@console.route("/console")
def index() -> ResponseReturnValue:
    """Show what waits for the operating office, section by section."""
    user = tk.current_user.name
    if not permissions.may(user, "read_all"):
        tk.abort(403, tk._("The console is for the operating office."))
    drawn = [
        {
            "name": one.name,
            "title": tk._(one.title),
            "template": one.template,
            **one.read(),
        }
        for one in sections()
    ]
    return tk.render(
        "catalogue/console.html",
        {"sections": drawn, "runs": permissions.may(user, "run")},
    )


@console.route("/console/task/<id>", methods=["POST"])
def close_task(id: str) -> ResponseReturnValue:  # noqa: A002 - the word in CKAN's addresses
    """Put a task's record down and close it."""
    record = tk.request.form.get("record", "")
    if call("sonla_task_close", {"id": id, "record": record}):
        tk.h.flash_success(tk._("The record is kept."))
    return tk.redirect_to("sonla_console.index", _anchor="tasks")


@console.route("/inspections")
def inspections() -> ResponseReturnValue:
    """List inspections: all for the office, the own ones for an agency."""
    page = page_number()
    found = read(
        "sonla_inspection_list",
        {"limit": PER_PAGE, "offset": (page - 1) * PER_PAGE},
    )
    user = tk.current_user.name
    runs = permissions.may(user, "run")
    return tk.render(
        "catalogue/inspections.html",
        {
            "inspections": found["results"],
            "count": found["count"],
            "number": page,
            "more": found["count"] > page * PER_PAGE,
            "runs": runs,
            "answers": permissions.may_in(user, "answer_inspection", None),
            "own": tk.h.sonla_own_agency(),
            "agencies": forms.choices()["agency"] if runs else [],
        },
    )


@console.route("/inspections", methods=["POST"])
def record() -> ResponseReturnValue:
    """Put an inspection on record."""
    form = tk.request.form
    asked = {name: form.get(name, "") for name in ("agency", "date", "findings")}
    if call("sonla_inspection_create", asked):
        tk.h.flash_success(tk._("The inspection is on record; the agency is told."))
    return tk.redirect_to("sonla_console.inspections")


@console.route("/inspection/<id>/answer", methods=["POST"])
def answer(id: str) -> ResponseReturnValue:  # noqa: A002
    """Reply to the findings."""
    asked = {"id": id, "text": tk.request.form.get("text", "")}
    if call("sonla_inspection_answer", asked):
        tk.h.flash_success(tk._("Your reply is kept; the operators are told."))
    return tk.redirect_to("sonla_console.inspections")
