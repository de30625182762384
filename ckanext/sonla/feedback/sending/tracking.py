"""The sender's own pages: receipt, what becomes of it, what is kept of her.

The secret stands in the path of an address that the sender keeps: a form without a
script can lead nowhere else. The pages tell no other site where they are, are kept by
nobody, and are not found by search engines.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import flask

import ckan.plugins.toolkit as tk

from . import form, limits, tokens, views

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

tracking = flask.Blueprint("sonla_feedback_tracking", __name__, url_prefix="/feedback")
tracking.after_request(views.kept_nowhere)


@tracking.route("/track", methods=["GET", "POST"])
def track() -> ResponseReturnValue:
    """Ask for the code and the secret, and go to the sender's page."""
    if tk.request.method == "GET":
        return _ask({"code": tk.request.args.get("code", "")[:100], "secret": ""})
    given = {name: tk.request.form.get(name, "") for name in ("code", "secret")}
    if not tokens.is_ours(tk.request.form):
        return _ask(given, {"form": [views.old_form()]}), 400
    try:
        tk.get_action("sonla_feedback_track")({}, _filled(given))
    except tk.ObjectNotFound as missing:
        return _ask(given, {"code": [str(missing)]}), 404
    except tk.ValidationError as error:
        return _ask(given, form.by_input(error.error_dict)), _status(error)
    code = given["code"].strip().upper()
    if given["secret"]:
        secret = given["secret"].strip()
        return tk.redirect_to(
            "sonla_feedback_tracking.receipt", code=code, secret=secret
        )
    return tk.redirect_to("sonla_feedback_tracking.outlined", code=code)


@tracking.route("/track/<code>")
def outlined(code: str) -> ResponseReturnValue:
    """Show what the code alone tells: dates and state."""
    return tk.render("feedback/sending/outline.html", {"told": _read({"code": code})})


@tracking.route("/track/<code>/<secret>")
def receipt(code: str, secret: str) -> ResponseReturnValue:
    """Show the sender how her feedback stands, and what she may do."""
    told = _read({"code": code, "secret": secret})
    return _receipt(told, secret)


@tracking.route("/track/<code>/<secret>/data.json")
def data(code: str, secret: str) -> ResponseReturnValue:
    """Give the sender all that is kept of her, as a file."""
    told = _read({"code": code, "secret": secret})
    answer = flask.Response(
        json.dumps(told, ensure_ascii=False, indent=2),
        content_type="application/json; charset=utf-8",
    )
    answer.headers["Content-Disposition"] = f"attachment; filename={told['code']}.json"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@tracking.route(
    "/track/<code>/<secret>/<any(withdraw,erase,reopen):step>", methods=["POST"]
)
def take_step(code: str, secret: str, step: str) -> ResponseReturnValue:
    """Withdraw the text, erase the sender, or reopen."""
    told = _read({"code": code, "secret": secret})
    sent = tk.request.form
    if not tokens.is_ours(sent):
        errors = {"form": [views.old_form()]}
        return _receipt(told, secret, errors, sent.get("text", "")), 400
    action, asked = {
        "withdraw": ("sonla_feedback_text_withdraw", {}),
        "erase": ("sonla_feedback_erase", {"what": sent.get("what", "sender")}),
        "reopen": ("sonla_feedback_reopen", {"text": sent.get("text", "")}),
    }[step]
    try:
        tk.get_action(action)({}, {"code": code, "secret": secret, **asked})
    except tk.NotAuthorized:
        tk.abort(403, tk._("You may not do this."))
    except tk.ValidationError as error:
        errors = form.by_input(error.error_dict)
        return _receipt(told, secret, errors, sent.get("text", "")), _status(error)
    return tk.redirect_to("sonla_feedback_tracking.receipt", code=code, secret=secret)


def _receipt(
    told: dict[str, Any],
    secret: str,
    errors: dict[str, list[str]] | None = None,
    typed: str = "",
) -> str:
    return tk.render(
        "feedback/sending/receipt.html",
        {
            "told": told,
            "secret": secret,
            "token": tokens.made(),
            "errors": errors or {},
            "typed": typed,
            "address": tk.h.url_for(
                "sonla_feedback_tracking.receipt",
                code=told["code"],
                secret=secret,
                _external=True,
            ),
        },
    )


def _ask(given: dict[str, str], errors: dict[str, list[str]] | None = None) -> str:
    return tk.render(
        "feedback/sending/track.html",
        {"values": given, "errors": errors or {}, "token": tokens.made()},
    )


def _read(given: dict[str, str]) -> dict[str, Any]:
    try:
        return tk.get_action("sonla_feedback_track")({}, given)
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.ValidationError as error:
        told = form.in_one(error.error_dict)
        tk.abort(_status(error), told)


def _filled(given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if value.strip()}


def _status(error: tk.ValidationError) -> int:
    return 429 if isinstance(error, limits.TooMany) else 409
