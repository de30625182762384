"""The inbox, and the inside page of one item: links and forms, no script needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

import ckan.plugins.toolkit as tk

from . import pages
from .steps import STEPS

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

handling = Blueprint("sonla_feedback_handling", __name__, url_prefix="/feedback")

MOST_AT_ONCE = 100
# step: what its form has
FIELDS = {
    "assign": ("account",),
    "forward": ("agency", "reason"),
    "coordinate": ("agency", "text"),
    "contribute": ("text",),
    "note": ("text",),
    "pause": ("reason",),
    "answer_submit": ("text", "revision"),
    "reject": ("reason", "text"),
    "answer_approve": ("answer", "comment"),
    "answer_return": ("answer", "comment"),
    "reopen": ("text",),
}


@handling.route("/inbox")
def inbox() -> ResponseReturnValue:
    """Show what waits, the shortest time first."""
    filters = pages.wanted()
    found = pages.read("sonla_feedback_inbox_list", pages.asked_by(filters))
    user = tk.current_user.name
    agency = filters["agency"]
    return tk.render(
        "feedback/handling/inbox.html",
        {
            "items": found["results"],
            "count": found["count"],
            "capped": found["count_capped"],
            "next": found.get("next"),
            "filters": filters,
            "choices": pages.choices(user),
            "assignees": [] if agency == pages.EVERYBODY else pages.assignees(agency),
        },
    )


@handling.route("/inbox/assign", methods=["POST"])
def assign() -> ResponseReturnValue:
    """Assign the ticked ones, each by itself."""
    form = tk.request.form
    codes = form.getlist("code")[:MOST_AT_ONCE]
    done = sum(_assigned(code, form.get("account", "")) for code in codes)
    if not codes:
        tk.h.flash_error(tk._("Tick what is to be assigned."))
    elif done:
        words = tk.ungettext("{count} assigned.", "{count} assigned.", done)
        tk.h.flash_success(words.format(count=done))
    return tk.redirect_to("sonla_feedback_handling.inbox", agency=form.get("agency"))


def _assigned(code: str, account: str) -> bool:
    try:
        tk.get_action("sonla_feedback_assign")({}, {"code": code, "account": account})
    except tk.ObjectNotFound as missing:
        tk.h.flash_error(f"{code[:20]}: {missing}")
    except tk.NotAuthorized as refused:
        tk.h.flash_error(f"{code[:20]}: {refused.message}")
    except tk.ValidationError as error:
        tk.h.flash_error(f"{code[:20]}: {pages.sentences(error)}")
    else:
        return True
    return False


@handling.route("/<code>/handle")
def handle(code: str) -> ResponseReturnValue:
    """Show one item with all that belongs to it."""
    args = tk.request.args
    texts = [one["text"] for one in pages.saved() if one["id"] == args.get("saved")]
    form = {"text": texts[0] if texts else "", "revision": args.get("revision", "")}
    return _page(code, "answer_submit", form, "")


@handling.route("/<code>/handle/<step>", methods=["POST"])
def take_step(code: str, step: str) -> ResponseReturnValue:
    """Take a step; what was typed stays on the page when it is refused."""
    if step not in (*STEPS, "note", "contribute"):
        tk.abort(404, tk._("There is no such step."))
    form = {name: tk.request.form.get(name, "") for name in FIELDS.get(step, ())}
    try:
        tk.get_action(f"sonla_feedback_{step}")({}, {"code": code, **form})
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this."))
    except tk.ValidationError as error:
        return _page(code, step, form, pages.sentences(error)), 409
    tk.h.flash_success(tk._("Done."))
    if not _still_reads(code):
        return tk.redirect_to("sonla_feedback_handling.inbox")
    return tk.redirect_to("sonla_feedback_handling.handle", code=code)


def _still_reads(code: str) -> bool:
    """Tell whether the reader may see it after the step: it may be another's now."""
    return tk.h.check_access("sonla_feedback_inbox_show", {"code": code})


def _page(code: str, step: str, form: dict[str, Any], refused: str) -> str:
    item = pages.read("sonla_feedback_inbox_show", {"code": code})
    return tk.render(
        "feedback/handling/handle.html",
        {
            "item": item,
            "step": step,
            "form": form,
            "refused": refused,
            "agencies": [one for one in pages.agencies() if one[0] != item["agency"]],
            "assignees": pages.assignees(item["agency"]),
            "revisions": pages.revisions(item["about"]["dataset_id"]),
            "saved": pages.saved() if "answer_submit" in item["may"] else [],
            "waiting": next(
                (one for one in item["answers"] if one["state"] == "submitted"), None
            ),
        },
    )


@handling.route("/inbox/saved", methods=["GET", "POST"])
def saved_answers() -> ResponseReturnValue:
    """Show what the agency has saved, and save another one."""
    form = {name: tk.request.form.get(name, "") for name in ("title", "text")}
    refused = ""
    if tk.request.method == "POST":
        try:
            tk.get_action("sonla_feedback_saved_answer_create")({}, {**form})
        except tk.NotAuthorized as error:
            tk.abort(403, error.message or tk._("You may not do this."))
        except tk.ValidationError as error:
            refused = pages.sentences(error)
        else:
            tk.h.flash_success(tk._("Saved."))
            return tk.redirect_to("sonla_feedback_handling.saved_answers")
    found = pages.read("sonla_feedback_saved_answer_list", {"limit": 1000})
    page = tk.render(
        "feedback/handling/saved.html",
        {"saved": found["results"], "form": form, "refused": refused},
    )
    return (page, 409) if refused else page


@handling.route("/inbox/saved/<id>/delete", methods=["POST"])
def delete_saved(id: str) -> ResponseReturnValue:  # noqa: A002 - the word in CKAN's addresses
    """Delete what the agency has saved."""
    pages.read("sonla_feedback_saved_answer_delete", {"id": id})
    tk.h.flash_success(tk._("Deleted."))
    return tk.redirect_to("sonla_feedback_handling.saved_answers")
