"""What pages have in common: they call an action, and say what it refuses."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk


def read(action: str, data: dict[str, Any]) -> Any:
    """Return what a reading action answers, or the page for what it refuses."""
    try:
        return tk.get_action(action)({}, data)
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this."))
    except tk.ValidationError as error:
        tk.abort(400, sentences(error))


def call(action: str, data: dict[str, Any]) -> dict[str, Any] | None:
    """Call a writing action; None, with the reasons flashed, when it refuses."""
    try:
        return tk.get_action(action)({}, data)
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this."))
    except tk.ValidationError as error:
        tk.h.flash_error(sentences(error))
        return None


def sentences(error: tk.ValidationError) -> str:
    """Return what an action refuses as one text."""
    return " ".join(
        str(sentence)
        for told in error.error_dict.values()
        for sentence in (told if isinstance(told, list) else [told])
    )


def page_number() -> int:
    """Return the page that the address asks for, from 1."""
    return max(1, min(tk.h.get_page_number(tk.request.args), 10**6))
