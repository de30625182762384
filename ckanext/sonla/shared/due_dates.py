"""A date on a page, with the way to the page that says why it is that date."""

from __future__ import annotations

from datetime import date
from typing import Any

import flask

import ckan.plugins.toolkit as tk

from . import language


def sonla_why_address(**asked: Any) -> str:
    """Return the address of the page that explains a deadline.

    Args:
        asked: what `sonla_deadline_explain` takes, such as `kind` and `data_period`;
            what is None is left out.
    """
    given = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asked.items()
        if value is not None
    }
    return tk.h.url_for("sonla_deadlines.explained", **given)


def sonla_due(day: date | str, **asked: Any) -> str:
    """Return a due date as text, with a link to how it was counted.

    Args:
        day: the date as the page shows it.
        asked: what `sonla_deadline_explain` takes; nothing: a date without a link.
    """
    shown = str(day)[:10]
    # A list of what came on the same day shows one date many times.
    known = flask.g.setdefault("sonla_due", {})
    key = (language.current(), shown, *sorted((n, str(v)) for n, v in asked.items()))
    if key not in known:
        known[key] = tk.render_snippet(
            "shared/snippets/due.html", {"day": shown, "asked": asked}
        )
    return known[key]
