"""A NUL character in a request is bad input: PostgreSQL can't hold one in a text.

CKAN asks the database for whatever stands in an address or a body, and the refusal of
its driver would be a 500 to the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask

import ckan.plugins.toolkit as tk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue

NUL = "\0"
_IN_JSON = rb"\u0000"


def refuse() -> ResponseReturnValue | None:
    """Answer a request that has a NUL: the API names the field (409), a page is 400."""
    if not flask.request.path.startswith("/api/"):
        if any(NUL in text for text in _address()) or _fields(flask.request.form):
            flask.abort(
                400, tk._("The address or the form has a character that no text has")
            )
        return None
    found = _fields(flask.request.args) + _fields(flask.request.form) + _json()
    if NUL in flask.request.path or found:
        told = [tk._("No text has a NUL character")]
        error = {"__type": "Validation Error", **dict.fromkeys(found or ["name"], told)}
        return flask.jsonify({"success": False, "error": error}), 409
    return None


def _address() -> Iterator[str]:
    yield flask.request.path
    for name, text in flask.request.args.items(multi=True):
        yield from (name, text)


def _fields(given: Any) -> list[str]:
    """Return the names of the fields whose text has a NUL."""
    return [
        name.replace(NUL, "")
        for name, text in given.items(multi=True)
        if NUL in text or NUL in name
    ]


def _json() -> list[str]:
    """Return the fields of a JSON body in which a NUL stands anywhere."""
    if _IN_JSON not in flask.request.get_data():
        return []
    body = flask.request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        return []
    return [
        str(name).replace(NUL, "") for name, value in body.items() if _has(name, value)
    ]


def _has(*values: Any) -> bool:
    return any(
        NUL in value
        if isinstance(value, str)
        else _has(*value.keys(), *value.values())
        if isinstance(value, dict)
        else _has(*value)
        if isinstance(value, list)
        else False
        for value in values
    )
