"""What the pages have in common: whose page it is, and what an action refuses."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.obligations.permissions import reads_all, reads_of


def agency_of(user: str, asked: str | None) -> model.Group:
    """Return the agency of a page; the reader sees how it stands now."""
    found = model.Group.get(asked or next(iter(reads_of(user)), None))
    if found is None or not found.is_organization or found.state != model.State.ACTIVE:
        tk.abort(404, tk._("There is no such agency."))
    if not reads_all(user) and found.id not in reads_of(user):
        tk.abort(403, tk._("What an agency owes now is for itself and the office."))
    return found


def do(action: str, asked: dict[str, Any]) -> dict[str, Any] | None:
    """Call a writing action; None, with the reasons flashed, when it refuses."""
    try:
        return tk.get_action(action)({}, asked)
    except tk.ObjectNotFound as missing:
        tk.abort(404, str(missing))
    except tk.NotAuthorized as refused:
        tk.abort(403, refused.message or tk._("You may not do this."))
    except tk.ValidationError as error:
        tk.h.flash_error(sentences(error))
        return None


def sentences(error: tk.ValidationError) -> str:
    return " ".join(
        str(sentence)
        for told in error.error_dict.values()
        for sentence in (told if isinstance(told, list) else [told])
    )
