"""The pages of a source: its form, trying it, approving it. They need no script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.harvesting import configuration, permissions
from ckanext.sonla.harvesting.standing import asking, words
from ckanext.sonla.shared import policy, roles
from ckanext.sonla.shared.calling import call, read, sentences

from . import fields, labels, saving, telling

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

sources = Blueprint("sonla_sources", __name__, url_prefix="/harvesting")
PREVIEWED = 20


@sources.before_request
def as_harvest_pages() -> None:
    """Tell ckanext-harvest's templates what they are about, as its own pages do."""
    tk.g.dataset_type = "harvest"


def source_or_404(source_id: str) -> dict[str, Any]:
    """Return a source of ours that the reader sees, or abort."""
    found = read("harvest_source_show", {"id": source_id})
    if found.get("source_type") not in configuration.KINDS:
        tk.abort(404, tk._("There is no such source"))
    return found


def may(source: dict[str, Any], what: str) -> bool:
    """Tell whether the reader may do something with a source."""
    return permissions.may(tk.current_user.name, what, source.get("owner_org"))


@sources.route("/new/<kind>", methods=["GET", "POST"])
def new(kind: str) -> ResponseReturnValue:
    """Make a source by a form."""
    agencies = _agencies()
    if kind not in configuration.KINDS:
        tk.abort(404, tk._("There is no such source type"))
    if not agencies:
        tk.abort(403, tk._("Only an officer or an operator makes sources."))
    sent = tk.request.form if tk.request.method == "POST" else {}
    form = saving.typed(kind, sent, {"owner_org": agencies[0][0]})
    if sent:
        made = saving.save(form, {})
        if made is not None:
            tk.h.flash_success(tk._("The source has been made. Try it now."))
            return tk.redirect_to("sonla_sources.trial", source_id=made["name"])
    return _form(form, {}, agencies)


@sources.route("/<source_id>/settings", methods=["GET", "POST"])
def settings(source_id: str) -> ResponseReturnValue:
    """Change a source by a form."""
    source = source_or_404(source_id)
    if not may(source, "change"):
        tk.abort(403, tk._("Only the agency's officer or an operator changes this."))
    if tk.request.method == "GET":
        return _form(saving.of_source(source), source, [])
    form = saving.typed(source["source_type"], tk.request.form, source)
    if saving.save(form, source) is None:
        return _form(form, source, [])
    tk.h.flash_success(tk._("The source has been saved."))
    return tk.redirect_to("sonla_sources.settings", source_id=source["name"])


def _form(
    form: saving.Form, source: dict[str, Any], agencies: list[tuple[str, str]]
) -> ResponseReturnValue:
    shown = {
        "form": form,
        "parts": fields.parts(form.kind),
        "labels": labels,
        "source": source,
        "harvest_source": source,
        "agencies": agencies,
        "raw": source.get("config", ""),
        "datasets": telling.datasets(form.plain["owner_org"]),
        "columns": telling.columns(source),
    }
    page = tk.render("harvesting/settings.html", shown)
    return page, (400 if form.errors else 200)


def _agencies() -> list[tuple[str, str]]:
    """Return for which agencies the reader may make sources: id and title."""
    user = tk.current_user.name
    held = roles.appointment_of(user)
    if held is None:
        return []
    if held.role == roles.OFFICER:
        group = model.Group.get(held.agency_id)
        return [(held.agency_id, group.title or group.name)] if group else []
    office = policy.text("operating_office")
    if not permissions.may(user, "change", office):
        return []
    found = model.Session.query(model.Group).filter_by(
        is_organization=True, state="active"
    )
    return [(one.id, one.title or one.name) for one in found.order_by("title")]


@sources.route("/<source_id>/trial", methods=["GET", "POST"])
def trial(source_id: str) -> ResponseReturnValue:
    """Ask a source for its first rows; nothing is kept."""
    source = source_or_404(source_id)
    shown: dict[str, Any] = {"source": source, "harvest_source": source}
    shown |= {"may_try": may(source, "try"), "tried": None, "preview": None}
    shown["catalogue"] = source["source_type"] in configuration.CATALOGUES
    if tk.request.method == "POST":
        shown |= _tried(source["id"], tk.request.form.get("do", ""))
    return tk.render("harvesting/trial.html", shown)


def _tried(source_id: str, what: str) -> dict[str, Any]:
    asked = {"source_id": source_id}
    if what == "test":
        return {"tried": call("sonla_harvest_test", asked)}
    try:
        found = tk.get_action("sonla_harvest_preview")({}, {**asked, "rows": PREVIEWED})
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this."))
    except tk.ValidationError as error:
        return {"refused": sentences(error)}
    return {"preview": found}


@sources.route("/<source_id>/approval", methods=["GET", "POST"])
def approval(source_id: str) -> ResponseReturnValue:
    """Show what the leader approves in plain words, and take her decision."""
    source = source_or_404(source_id)
    if tk.request.method == "POST":
        sent = tk.request.form
        asked = {"source_id": source["id"]}
        if sent.get("do") == "ask":
            done = call("sonla_harvest_ask", asked)
            told = tk._("The leader has been asked to approve the source.")
        elif sent.get("do") == "revoke":
            asked["reason"] = sent.get("reason", "")
            done = call("sonla_harvest_revoke", asked)
            told = tk._("The standing approval has been taken back.")
        else:
            asked |= {n: sent.get(n, "") for n in ("digest", "comment")}
            done = call("sonla_harvest_approve", asked)
            told = tk._("The source has been approved.")
        if done is not None:
            tk.h.flash_success(told)
        return tk.redirect_to("sonla_sources.approval", source_id=source["name"])
    shown = {
        "source": source,
        "harvest_source": source,
        "standing": source["standing_approval"],
        "terms": telling.terms(source),
        "why": words.changes(source["standing_approval"]["why"]),
        "asked": asking.asked_digest(source["id"])
        == source["standing_approval"]["digest"],
        "may_ask": may(source, "change"),
        "may_approve": telling.may_approve(source),
        "may_revoke": may(source, "revoke"),
    }
    return tk.render("harvesting/approval.html", shown)
