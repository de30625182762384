"""The operating office's pages: editions, their import and their decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared.calling import call, page_number, read, sentences

from . import permissions
from .documents import making
from .edition_action import get_edition
from .model import EditionScan

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

editions = Blueprint("sonla_editions", __name__, url_prefix="/catalogue")

PER_PAGE = 50
# What the forms may send, by action.
FORMS = {
    "submit": ("id",),
    "rebase": ("id",),
    "reject": ("id", "comment"),
    "approve": (
        "id",
        "decision_number",
        "decision_date",
        "effective_date",
        "document",
        "impact_reason",
    ),
}


@editions.route("/editions")
def index() -> ResponseReturnValue:
    """List editions: the decided ones for all, drafts for the operating office."""
    found = tk.get_action("sonla_edition_list")({}, {"limit": 200})
    return tk.render(
        "catalogue/editions.html",
        {"editions": found["results"], "writes": _may("write")},
    )


def _may(what: str) -> bool:
    user = tk.current_user
    return user.is_authenticated and permissions.may(user.name, what)


@editions.route("/editions", methods=["POST"])
def create() -> ResponseReturnValue:
    """Begin an edition."""
    made = call(
        "sonla_edition_create",
        {
            "kind": tk.request.form.get("kind", ""),
            "note": tk.request.form.get("note", ""),
        },
    )
    if made is None:
        return tk.redirect_to("sonla_editions.index")
    return tk.redirect_to("sonla_editions.show", id=made["id"])


@editions.route("/edition/<id>")
def show(id: str) -> ResponseReturnValue:  # noqa: A002 - the word in CKAN's addresses
    """Show an edition: what it changes against the one before, and the next step."""
    return _page(id)


def _page(id: str, form: Any = None) -> str:  # noqa: A002
    edition = read("sonla_edition_show", {"id": id})
    page, change = page_number(), tk.request.args.get("change") or None
    paging = {"limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}
    compared = read("sonla_edition_compare", {"id": id, "change": change, **paging})
    whole = tk.request.args.get("view") == "all"
    found = read("sonla_entry_list", {"edition": id, **paging}) if whole else compared
    return tk.render(
        "catalogue/edition.html",
        {
            "edition": edition,
            "compared": compared,
            "entries": found["results"] if whole else [],
            "count": found["count"],
            "whole": whole,
            "change": change,
            "number": page,
            "more": found["count"] > page * PER_PAGE,
            "writes": _may("write"),
            "decides": _may("decide"),
            "drafts": _may("read_drafts"),
            "form": form or {},
        },
    )


@editions.route(
    "/edition/<id>/<any(submit,reject,approve,rebase):step>", methods=["POST"]
)
def take_step(id: str, step: str) -> ResponseReturnValue:  # noqa: A002
    """Submit an edition, bring it up to date, or decide on it."""
    form = tk.request.form
    data: dict[str, Any] = {n: form[n] for n in FORMS[step] if form.get(n)}
    scan = tk.request.files.get("scan")
    if step == "approve" and scan is not None and scan.filename:
        data["document"] = scan
    told = call(f"sonla_edition_{step}", {**data, "id": id})
    if told is None and step == "approve":
        # What was typed of the decision stays typed.
        return _page(id, form), 409
    if told:
        tk.h.flash_success(tk._("Done."))
    if told and told.get("conflicts"):
        tk.h.flash_notice(
            tk._("Both editions change these lines; yours stand: {codes}").format(
                codes=", ".join(told["conflicts"])
            )
        )
    return tk.redirect_to("sonla_editions.show", id=id)


@editions.route("/edition/<id>/scan")
def scan(id: str) -> ResponseReturnValue:  # noqa: A002
    """Give the scan of the decision, once the edition is decided."""
    edition = read("sonla_edition_show", {"id": id})
    found = model.Session.get(EditionScan, edition["id"])
    if found is None:
        tk.abort(404, tk._("There is no scan of this decision."))
    response = Response(found.content, mimetype=found.mimetype)
    # Shown, never run: whatever the bytes are, they are of the kind that was checked.
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.set_etag(found.sha256)
    return response.make_conditional(tk.request.environ)


@editions.route('/edition/<id>/<any("to-trinh", "quyet-dinh", "phu-luc"):name>.docx')
def document(id: str, name: str) -> ResponseReturnValue:  # noqa: A002
    """Give a draft of the submission, the decision or its annex as a Word document."""
    if not _may("read_drafts"):
        tk.abort(403, tk._("The drafts are for the operating office."))
    read("sonla_edition_show", {"id": id})
    try:
        content = making.made_of(get_edition(id), name)
    except tk.ValidationError as error:
        tk.abort(409, sentences(error))
    response = Response(content, mimetype=making.MIMETYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.docx"'
    return response


@editions.route("/edition/<id>/import", methods=["POST"])
def read_file(id: str) -> ResponseReturnValue:  # noqa: A002
    """Read an annex and go to its preview."""
    upload = tk.request.files.get("upload")
    found = call(
        "sonla_edition_import",
        {
            "edition_id": id,
            "upload": upload or "",
            "complete": bool(tk.request.form.get("complete")),
        },
    )
    if found is None:
        return tk.redirect_to("sonla_editions.show", id=id)
    return tk.redirect_to("sonla_editions.preview", id=found["import_id"])


@editions.route("/import/<id>")
def preview(id: str) -> ResponseReturnValue:  # noqa: A002
    """Show what an import would bring, line by line."""
    found = read("sonla_edition_import_show", {"import_id": id})
    rows = {one["row"] for one in found["entries"]}
    notes: dict[int, list[dict[str, Any]]] = {}
    for one in found["findings"]:
        if one["row"] in rows:
            notes.setdefault(one["row"], []).append(one)
    return tk.render(
        "catalogue/import.html",
        {
            "preview": found,
            "notes": notes,
            "others": [one for one in found["findings"] if one["row"] not in rows],
            "skipped": [one for one in found["skipped"] if one["text"]],
        },
    )


@editions.route("/import/<id>", methods=["POST"])
def confirm(id: str) -> ResponseReturnValue:  # noqa: A002
    """Bring a preview into its edition."""
    found = call("sonla_edition_import_confirm", {"import_id": id})
    if found is None:
        return tk.redirect_to("sonla_editions.preview", id=id)
    tk.h.flash_success(tk._("The entries are in the edition."))
    return tk.redirect_to("sonla_editions.show", id=found["edition_id"])
