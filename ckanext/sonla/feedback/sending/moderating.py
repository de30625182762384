"""The operators' queue of what is held, and the files that came with feedback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import flask
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback import permissions
from ckanext.sonla.feedback.model import Attachment, Contribution, Feedback

from . import form, store

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

moderating = flask.Blueprint(
    "sonla_feedback_moderating", __name__, url_prefix="/feedback"
)
PER_PAGE = 20


@moderating.route("/moderation")
def queue() -> ResponseReturnValue:
    """Show what is held, the oldest first."""
    return _page()


@moderating.route("/moderation/<code>", methods=["POST"])
def decide(code: str) -> ResponseReturnValue:
    """Accept what was held, or set it aside."""
    sent = tk.request.form
    asked = {name: sent.get(name, "") for name in ("decision", "reason", "alike")}
    asked = {name: value for name, value in asked.items() if value.strip()}
    try:
        done = tk.get_action("sonla_feedback_moderate")({}, {"code": code, **asked})
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this."))
    except tk.ValidationError as error:
        return _page(code, form.by_input(error.error_dict)), 409
    words = tk.ungettext("{count} decided.", "{count} decided.", done["many"])
    tk.h.flash_success(words.format(count=done["many"]))
    return tk.redirect_to("sonla_feedback_moderating.queue")


@moderating.route("/attachment/<code>")
def attachment(code: str) -> ResponseReturnValue:
    """Give the file to those who handle the feedback, to save and never to show."""
    feedback = model.Session.scalar(sa.select(Feedback).where(Feedback.code == code))
    file = model.Session.get(Attachment, feedback.id) if feedback else None
    if feedback is None or file is None or not _may_open(feedback):
        tk.abort(404, tk._("There is no such file."))
    try:
        content = store.read(file.file)
    except FileNotFoundError:
        tk.abort(404, tk._("There is no such file."))
    answer = flask.Response(content, content_type="application/octet-stream")
    name = quote(file.name)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    tk.request.environ["__no_cache__"] = True
    answer.cache_control.private = True
    answer.cache_control.no_store = True
    return answer


def _may_open(feedback: Feedback) -> bool:
    user = tk.current_user.name
    if permissions.reads_all(user):
        return True
    if permissions.may_as_handler(user, "read", feedback.handler_id):
        return True
    asked = model.Session.scalars(
        sa.select(Contribution.agency_id).where(Contribution.feedback_id == feedback.id)
    )
    return any(permissions.may_as_contributor(user, "read", one) for one in asked)


def _page(code: str = "", errors: dict[str, Any] | None = None) -> str:
    number = max(1, min(tk.h.get_page_number(tk.request.args), 10**6))
    try:
        held = tk.get_action("sonla_feedback_held_list")(
            {}, {"limit": PER_PAGE, "offset": (number - 1) * PER_PAGE}
        )
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this."))
    return tk.render(
        "feedback/sending/moderation.html",
        {
            "held": held["results"],
            "count": held["count"],
            "number": number,
            "more": held["count"] > number * PER_PAGE,
            "code": code,
            "errors": errors or {},
        },
    )
