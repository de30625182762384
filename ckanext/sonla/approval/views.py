"""The pages of the two-role approval: inbox, review, history. They need no script."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.asking import sonla_ask

from . import inbox as inboxes
from . import review as reviews
from .conversation import pages as pointing
from .history import pages as history_pages

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

approval = Blueprint("sonla_approval", __name__)

# What the name of a reason's input begins with; the finding's key follows.
REASON = "reason-"
# What the review page's forms post, and the sentence that answers each.
STEPS = ("submit", "withdraw", "approve", "return", "discard", "comment")


@approval.route("/inbox")
def inbox() -> ResponseReturnValue:
    """Show what waits for the caller, by her role."""
    found = inboxes.inbox_of(tk.current_user.name)
    if found is None:
        tk.abort(403, tk._("The inbox is for the agencies' officers and leaders"))
    filters = {name: tk.request.args.get(name, "") for name in ("agency", "state")}
    shown = inboxes.of_agency(found, filters["agency"])
    return tk.render(
        "approval/inbox.html",
        {
            "inbox": shown,
            "filters": filters,
            "agencies": inboxes.agencies_in(found),
            "several": inboxes.several(shown),
        },
    )


@approval.route("/revision/<id>")
def review(id: str) -> ResponseReturnValue:  # noqa: A002 - the word in CKAN's addresses
    """Show everything that a decision needs on one page.

    A leader who opens it may approve it together with others afterwards.
    """
    stranger = not tk.current_user.is_authenticated
    version = history_pages.place_of(id) if stranger else None
    if version is not None:
        # What a stranger looks for under a published revision is its version.
        return tk.redirect_to("sonla_history.version", **version)
    page = _review(id)
    reviews.mark_read(id)
    return page


@approval.route("/revision/approve", methods=["POST"])
def approve_several() -> ResponseReturnValue:
    """Approve the revisions that a leader ticked in the inbox, `id:digest` each."""
    ticked = [value.partition(":") for value in tk.request.form.getlist("revision")]
    if not ticked:
        tk.h.flash_notice(tk._("Tick the revisions that you approve"))
        return tk.redirect_to("sonla_approval.inbox")
    asked = {"revisions": [{"id": one, "digest": two} for one, _, two in ticked]}
    try:
        answer = tk.get_action("sonla_revision_approve_several")({}, asked)
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this"))
    except tk.ValidationError as error:
        tk.h.flash_error(_sentences(error))
        return tk.redirect_to("sonla_approval.inbox")
    for result in answer["results"]:
        title = reviews.title_of_revision(result["id"])
        if result["approved"]:
            tk.h.flash_success(tk._("Approved: {title}").format(title=title))
        else:
            told = tk._("Not approved: {title}. {why}")
            tk.h.flash_error(told.format(title=title, why=result["message"]))
    return tk.redirect_to("sonla_approval.inbox")


@approval.route(f"/revision/<id>/<any({','.join(STEPS)}):step>", methods=["POST"])
def take_step(id: str, step: str) -> ResponseReturnValue:  # noqa: A002
    """Take a step of the review, then show where the revision stands."""
    if moved := _moved_on(id):
        tk.h.flash_error(moved)
        return _review(id, form=tk.request.form, errors={"version": [moved]}), 409
    try:
        tk.get_action(f"sonla_revision_{step}")({}, _asked(id, step))
    except tk.ObjectNotFound:
        tk.abort(404, tk._("There is no such revision"))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this"))
    except tk.ValidationError as error:
        tk.h.flash_error(_sentences(error))
        return _review(id, form=tk.request.form, errors=error.error_dict), 409
    if step == "discard":
        tk.h.flash_success(_done(step))
        return tk.redirect_to("sonla_approval.inbox")
    tk.h.flash_success(_done(step))
    return tk.redirect_to("sonla_approval.review", id=id)


@approval.route("/dataset/<id>/revision", methods=["POST"])
def open_revision(id: str) -> ResponseReturnValue:  # noqa: A002
    """Open an update of a published dataset; where one is open already, go there."""
    try:
        revision = tk.get_action("sonla_revision_open")({}, {"dataset_id": id})
    except tk.ObjectNotFound:
        tk.abort(404, tk._("Dataset not found"))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this"))
    except tk.ValidationError as error:
        tk.h.flash_notice(_sentences(error))
        open_one = error.error_dict.get("revision")
        if isinstance(open_one, str):
            return tk.redirect_to("sonla_approval.review", id=open_one)
        return tk.redirect_to("dataset.read", id=id)
    tk.h.flash_success(
        tk._("An update is open; the public sees the old state until it is approved.")
    )
    return tk.redirect_to("dataset.read", id=revision["package_id"])


@approval.route("/dataset/<id>/revisions")
def history(id: str) -> ResponseReturnValue:  # noqa: A002
    """Send a link of before to the dataset's history."""
    return tk.redirect_to("sonla_history.timeline", id=id)


def _moved_on(revision_id: str) -> str | None:
    """Tell what happened to a revision since the page was drawn that posts now."""
    seen = tk.request.form.get("version", "")
    revision = sonla_ask("sonla_revision_show", id=revision_id) if seen else None
    if revision is None or seen == str(revision["version"]):
        return None
    return tk._(
        "Somebody took a step in the meantime: the revision is now “{state}”. What you"
        " typed is still here."
    ).format(state=tk.h.sonla_state_name(revision["state"]))


def _review(
    revision_id: str,
    form: Any = None,
    errors: dict[str, Any] | None = None,
) -> str:
    try:
        page = reviews.review_of(revision_id, (errors or {}).get("findings"))
    except tk.ObjectNotFound:
        tk.abort(404, tk._("There is no such revision"))
    except tk.NotAuthorized:
        tk.abort(403, tk._("This revision is not public"))
    return tk.render(
        "approval/review.html", {**page, "form": form or {}, "errors": errors or {}}
    )


_TEXTS = (
    "digest",
    "comment",
    "text",
    "note",
    "public_note",
    "data_period",
    "reply_to",
)


def _asked(revision_id: str, step: str) -> dict[str, Any]:
    form = tk.request.form
    asked: dict[str, Any] = {"id": revision_id}
    for name in _TEXTS:
        if form.get(name, "").strip():
            asked[name] = form[name].strip()
    if step == "submit" and form.get("publish_at"):
        asked["publish_at"] = _instant(form["publish_at"])
    if step in ("return", "comment"):
        asked["points"] = pointing.points_of(form)
    if step == "submit":
        asked["reasons"] = {
            name.removeprefix(REASON): text
            for name, text in form.items()
            if name.startswith(REASON)
        }
    return asked


def _instant(local: str) -> str:
    """Return a time that a browser's field gives, the province's, as UTC."""
    try:
        moment = datetime.fromisoformat(local)
    except ValueError:
        return local  # the action says what is wrong with it
    return clock.iso_z(moment.replace(tzinfo=clock.zone()))


def _sentences(error: tk.ValidationError) -> str:
    """Return what a refused step says, in sentences."""
    told = [
        message
        for messages in error.error_dict.values()
        for message in (messages if isinstance(messages, list) else [])
        if isinstance(message, str)
    ]
    return " ".join(told) or tk._("This step is not possible now")


def _done(step: str) -> str:
    return {
        "submit": tk._("Submitted. The leader has been told."),
        "withdraw": tk._("Taken back. You can edit the revision again."),
        "approve": tk._("Approved. The public sees exactly this content."),
        "return": tk._("Returned to the officer with your directions."),
        "discard": tk._("The revision is discarded."),
        "comment": tk._("Your remark is noted."),
    }[step]
