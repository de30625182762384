"""The pages of who sends feedback: no account, no cookie, no script needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask

import ckan.plugins.toolkit as tk

from . import form, limits, proof, tokens

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

sending = flask.Blueprint("sonla_feedback_sending", __name__, url_prefix="/feedback")


@sending.after_request
def kept_nowhere(answer: flask.Response) -> flask.Response:
    """Let nothing keep these pages, and no other site learn their addresses."""
    # Else CKAN calls what a stranger gets public.
    tk.request.environ["__no_cache__"] = True
    answer.cache_control.private = True
    answer.cache_control.no_store = True
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@sending.route("/challenge")
def challenge() -> ResponseReturnValue:
    """Give a challenge for the proof of work."""
    try:
        limits.softly("ask")
    except limits.TooMany as error:
        return flask.jsonify({"error": str(error)}), 429
    return flask.jsonify(proof.challenge())


@sending.route("/new")
def new() -> ResponseReturnValue:
    """Show the form, filled with what the address says."""
    values = form.empty(tk.request.args)
    similar = similar_to(values) if _names_something(values) else []
    return _page(values, similar=similar)


@sending.route("/new", methods=["POST"])
def send() -> ResponseReturnValue:
    """Take feedback; whatever is wrong, everything typed stays."""
    sent, files = tk.request.form, tk.request.files
    values = form.typed(sent)
    if not tokens.is_ours(sent):
        return _page(values, errors={"form": [old_form()]}), 400
    asked = form.asked(values, sent, files)
    # Who attached a file has something of her own to say, and would lose it here.
    if not values["seen"] and "attachment" not in asked:
        similar = similar_to(values)
        if similar:
            return _page({**values, "seen": "yes"}, similar=similar, asks=True)
    try:
        told = tk.get_action("sonla_feedback_create")({}, asked)
    except tk.ValidationError as error:
        status = 429 if isinstance(error, limits.TooMany) else 409
        return _page(values, errors=form.by_input(error.error_dict)), status
    return tk.redirect_to(
        "sonla_feedback_tracking.receipt", code=told["code"], secret=told["secret"]
    )


def old_form() -> str:
    """Return what is said of a form that isn't ours or is older than a day."""
    return tk._(
        "The form was open for more than a day, or came from another site. Everything "
        "is still here: send it again."
    )


def similar_to(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return open feedback like what the form holds; none where it can't be asked."""
    names = ("kind", "dataset", "entry", "subject")
    asked = {form.OBJECT.get(one, one): values[one] for one in names if values[one]}
    try:
        found = tk.get_action("sonla_feedback_similar_list")({}, asked)
    except tk.ValidationError:
        # The sending itself says what is wrong, and how long to wait.
        flask.g.pop("sonla_retry_after", None)
        return []
    return found["results"]


def _names_something(values: dict[str, Any]) -> bool:
    return any(values[name] for name in ("dataset", "entry", "subject"))


def _page(values: dict[str, Any], **more: Any) -> str:
    return tk.render("feedback/sending/form.html", form.page(values, **more))
