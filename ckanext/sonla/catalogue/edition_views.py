"""The operating office's pages: editions, their import and their decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

import ckan.plugins.toolkit as tk

from . import permissions

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

editions = Blueprint("sonla_editions", __name__, url_prefix="/catalogue")

PER_PAGE = 50
# What the forms may send, by action.
FORMS = {
    "submit": ("id",),
    "reject": ("id", "comment"),
    "approve": (
        "id",
        "decision_number",
        "decision_date",
        "effective_date",
        "document",
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
    made = _call(
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
    """Show an edition: what it changes, and the next step."""
    edition = _get("sonla_edition_show", {"id": id})
    page = max(1, min(tk.h.get_page_number(tk.request.args), 10**6))
    change = tk.request.args.get("change") or None
    entries = _get(
        "sonla_entry_list",
        {
            "edition": id,
            "change": change,
            "limit": PER_PAGE,
            "offset": (page - 1) * PER_PAGE,
        },
    )
    return tk.render(
        "catalogue/edition.html",
        {
            "edition": edition,
            "entries": entries["results"],
            "count": entries["count"],
            "change": change,
            "number": page,
            "more": entries["count"] > page * PER_PAGE,
            "writes": _may("write"),
            "decides": _may("decide"),
        },
    )


@editions.route("/edition/<id>/<any(submit,reject,approve):step>", methods=["POST"])
def take_step(id: str, step: str) -> ResponseReturnValue:  # noqa: A002
    """Submit an edition, or decide on it."""
    form = tk.request.form
    data = {name: form[name] for name in FORMS[step] if form.get(name)}
    if _call(f"sonla_edition_{step}", {**data, "id": id}):
        tk.h.flash_success(tk._("Done."))
    return tk.redirect_to("sonla_editions.show", id=id)


@editions.route("/edition/<id>/import", methods=["POST"])
def read_file(id: str) -> ResponseReturnValue:  # noqa: A002
    """Read an annex and go to its preview."""
    upload = tk.request.files.get("upload")
    found = _call(
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
    found = _get("sonla_edition_import_show", {"import_id": id})
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
    found = _call("sonla_edition_import_confirm", {"import_id": id})
    if found is None:
        return tk.redirect_to("sonla_editions.preview", id=id)
    tk.h.flash_success(tk._("The entries are in the edition."))
    return tk.redirect_to("sonla_editions.show", id=found["edition_id"])


def _get(action: str, data: dict[str, Any]) -> Any:
    """Return what a reading action answers, or the page for what it refuses."""
    try:
        return tk.get_action(action)({}, data)
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this."))
    except tk.ValidationError as error:
        tk.abort(400, _sentences(error))


def _call(action: str, data: dict[str, Any]) -> dict[str, Any] | None:
    """Call a writing action; None, with the reasons flashed, when it refuses."""
    try:
        return tk.get_action(action)({}, data)
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this."))
    except tk.ValidationError as error:
        tk.h.flash_error(_sentences(error))
        return None


def _sentences(error: tk.ValidationError) -> str:
    return " ".join(
        str(sentence)
        for sentences in error.error_dict.values()
        for sentence in (sentences if isinstance(sentences, list) else [sentences])
    )
