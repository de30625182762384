"""What no text has in a request is bad input: a NUL, or half of a character.

PostgreSQL can't hold either, and CKAN asks it for whatever stands in an address or a
body: the refusal of its driver would be a 500 to the caller. Only JSON can bring half
of a character (`"\\ud800"`); Werkzeug reads such bytes of an address or a form as
unknown ones (U+FFFD).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import flask

import ckan.plugins.toolkit as tk

from .texts import ESCAPED, all_text, cleaned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue

# JSON may be written in UTF-16 or 32 too: then every second byte is a NUL.
_SUSPECT = re.compile(ESCAPED.encode() + rb"|\xed[\xa0-\xbf]|\0")


def refuse() -> ResponseReturnValue | None:
    """Answer a request with what no text has: a page 400, the API 409 and the field."""
    path, address = flask.request.path, flask.request.args.items(multi=True)
    found = _fields([*address, *flask.request.form.items(multi=True)])
    if not path.startswith("/api/"):
        if found or not all_text(path):
            flask.abort(
                400, tk._("The address or the form has a character that no text has")
            )
        return None
    found += _fields(_body().items())
    if found or not all_text(path):
        told = [tk._("No text has a NUL character or half of a character")]
        error = {"__type": "Validation Error", **dict.fromkeys(found or ["name"], told)}
        return flask.jsonify({"success": False, "error": error}), 409
    return None


def _fields(given: Iterable[tuple[str, Any]]) -> list[str]:
    """Return the names of the fields that have what no text has."""
    return [cleaned(name) for name, value in given if not all_text(name, value)]


def _body() -> dict[str, Any]:
    """Return the JSON object of a body if there may be something in it to refuse."""
    if not _SUSPECT.search(flask.request.get_data()):
        return {}
    body = flask.request.get_json(force=True, silent=True)
    return body if isinstance(body, dict) else {}
