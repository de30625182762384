"""The page on which an account chooses how it is told of things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

import ckan.plugins.toolkit as tk

from . import preferences

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

notices = Blueprint("sonla_notices", __name__)


@notices.route("/account/notices")
def choose() -> ResponseReturnValue:
    """Show the choice."""
    return _page(_chosen())


@notices.route("/account/notices", methods=["POST"])
def chosen() -> ResponseReturnValue:
    """Keep the choice."""
    asked = {
        name: tk.request.form[name]
        for name in ("rhythm", "language")
        if tk.request.form.get(name)
    }
    try:
        tk.get_action("sonla_notice_preference_update")({}, asked)
    except tk.NotAuthorized:
        tk.abort(403, tk._("You must be logged in"))
    except tk.ValidationError:
        tk.h.flash_error(tk._("Choose one of the answers"))
        return _page(_chosen()), 409
    tk.h.flash_success(tk._("Your choice is kept"))
    return tk.redirect_to("sonla_notices.choose")


def _chosen() -> dict[str, str | None]:
    try:
        return tk.get_action("sonla_notice_preference_show")({}, {})
    except tk.NotAuthorized:
        tk.abort(403, tk._("You must be logged in"))


def _page(chosen: dict[str, str | None]) -> str:
    return tk.render(
        "shared/notices.html",
        {"chosen": chosen, "languages": preferences.languages()},
    )
