"""The operator writes a line of an open edition, without a file and without JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.calling import call, read

from . import forms, permissions
from .directory import Directory

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

lines = Blueprint("sonla_lines", __name__, url_prefix="/catalogue/edition/<id>")


@lines.route("/line", methods=["GET", "POST"])
def new(id: str) -> ResponseReturnValue:  # noqa: A002 - the word in CKAN's addresses
    """Add a line."""
    edition = _open(id)
    if tk.request.method == "GET":
        return _form(edition, None, {})
    asked = {**_asked(), "code": tk.request.form.get("code", "").strip()}
    if call("sonla_entry_create", {"edition_id": id, **asked}) is None:
        return _form(edition, None, tk.request.form), 409
    tk.h.flash_success(tk._("The line is in the edition."))
    return tk.redirect_to("sonla_editions.show", id=id)


@lines.route("/line/<code>", methods=["GET", "POST"])
def edit(id: str, code: str) -> ResponseReturnValue:  # noqa: A002
    """Change a line."""
    edition = _open(id)
    entry = read("sonla_entry_show", {"code": code, "edition": id})
    if tk.request.method == "GET":
        return _form(edition, entry, {})
    asked = {"edition_id": id, "code": code, **_asked()}
    if call("sonla_entry_update", asked) is None:
        return _form(edition, entry, tk.request.form), 409
    tk.h.flash_success(tk._("The line is in the edition."))
    return tk.redirect_to("sonla_editions.show", id=id)


@lines.route("/line/<code>/retire", methods=["POST"])
def retire(id: str, code: str) -> ResponseReturnValue:  # noqa: A002
    """Take a line out."""
    if call("sonla_entry_retire", {"edition_id": id, "code": code}):
        tk.h.flash_success(tk._("The line is out of the edition."))
    return tk.redirect_to("sonla_editions.show", id=id)


def _open(edition_id: str) -> dict[str, Any]:
    edition = read("sonla_edition_show", {"id": edition_id})
    if not permissions.may(tk.current_user.name, "write"):
        tk.abort(403, tk._("Only an operator of the portal writes the catalogue."))
    return edition


def _asked() -> dict[str, Any]:
    form = tk.request.form
    return {**forms.read_inputs(form), **forms.read_agencies(form)}


def _form(edition: dict[str, Any], entry: dict[str, Any] | None, form: Any) -> str:
    providers = (entry or {}).get("providers", {})
    directory = Directory.read()
    kept = {
        "lead_agency": (entry or {}).get("lead_agency", ""),
        "provider_kind": providers.get("kind", "one"),
        "provider_class": providers.get("class") or "",
        "providers": forms.agency_titles(providers.get("agencies", []), directory),
        "coordinating_agencies": forms.agency_titles(
            (entry or {}).get("coordinating_agencies", []), directory
        ),
    }
    return tk.render(
        "catalogue/line.html",
        {
            "edition": edition,
            "entry": entry,
            "form": form,
            "agencies": {name: form.get(name, value) for name, value in kept.items()},
            "choices": forms.choices(),
        },
    )
