"""The pages behind the links of mails: a button confirms, opening one does nothing.

Programs that look through mails open every link in them; none presses a button.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import policy

from . import form, limits, tokens, views

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

confirming = flask.Blueprint(
    "sonla_feedback_confirming", __name__, url_prefix="/feedback"
)
confirming.after_request(views.kept_nowhere)


@confirming.route("/confirm/<code>/<token>", methods=["GET", "POST"])
def confirm(code: str, token: str) -> ResponseReturnValue:
    """Confirm the sender's address; the days begin."""
    if tk.request.method == "GET":
        return _button(code, supports=False)
    told = _do("sonla_feedback_confirm", {"code": code, "token": token})
    return tk.render("feedback/sending/confirmed.html", {"told": told})


@confirming.route("/confirm/support/<id>/<token>", methods=["GET", "POST"])
def confirm_support(id: str, token: str) -> ResponseReturnValue:  # noqa: A002 - the word in CKAN's addresses
    """Confirm a supporter's address."""
    if tk.request.method == "GET":
        return _button("", supports=True)
    told = _do("sonla_feedback_support_confirm", {"id": id, "token": token})
    return tk.render("feedback/sending/supported.html", {"told": told, "waits": False})


@confirming.route("/support/<code>", methods=["GET", "POST"])
def support(code: str) -> ResponseReturnValue:
    """Support open feedback instead of sending the same."""
    sent = tk.request.form
    if tk.request.method == "GET":
        return _support(code, "")
    email = sent.get("email", "")
    if not tokens.is_ours(sent):
        return _support(code, email, {"form": [views.old_form()]}), 400
    asked = {"code": code, "altcha": sent.get("altcha", ""), "email": email}
    try:
        told = tk.get_action("sonla_feedback_support")(
            {}, {name: value for name, value in asked.items() if value}
        )
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.ValidationError as error:
        status = 429 if isinstance(error, limits.TooMany) else 409
        return _support(code, email, form.by_input(error.error_dict)), status
    waits = bool(email) and not asked["altcha"]
    return tk.render("feedback/sending/supported.html", {"told": told, "waits": waits})


def _button(code: str, *, supports: bool) -> str:
    return tk.render(
        "feedback/sending/confirm.html",
        {
            "code": code,
            "supports": supports,
            "token": tokens.made(),
            "days": policy.number("feedback_days"),
        },
    )


def _support(code: str, email: str, errors: dict[str, list[str]] | None = None) -> str:
    try:
        told = tk.get_action("sonla_feedback_track")({}, {"code": code})
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.ValidationError as error:
        tk.abort(409, str(error))
    return tk.render(
        "feedback/sending/support.html",
        {"told": told, "email": email, "errors": errors or {}, "token": tokens.made()},
    )


def _do(action: str, asked: dict[str, str]) -> dict[str, Any]:
    if not tokens.is_ours(tk.request.form):
        tk.abort(400, views.old_form())
    try:
        return tk.get_action(action)({}, asked)
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.ValidationError as error:
        tk.abort(409, form.in_one(error.error_dict))
