"""What a form without a session carries: that it is ours, and how old it is.

Who sends has no cookie, so there is no session that a forged request could ride on.
The token keeps out programs that post without ever having asked for the form, and the
browser itself says when a form was sent by another site.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import flask
from itsdangerous import BadSignature, URLSafeTimedSerializer

import ckan.plugins.toolkit as tk

from . import keys

FIELD = "form_token"
_SECONDS = 24 * 60 * 60


def made() -> str:
    """Return the token of a form that is shown now."""
    return str(_signer().dumps(""))


def is_ours(form: Any) -> bool:
    """Tell whether a form that was sent is one that the portal showed within a day."""
    try:
        _signer().loads(form.get(FIELD, ""), max_age=_SECONDS)
    except BadSignature:
        return False
    return not _from_elsewhere(flask.request.headers)


def _from_elsewhere(headers: Any) -> bool:
    if headers.get("Sec-Fetch-Site", "same-origin") == "cross-site":
        return True
    origin = headers.get("Origin")
    if not origin or origin == "null":
        # A page with `no-referrer`, as a sender's own is, says `null` of itself.
        return False
    known = {urlsplit(tk.config["ckan.site_url"]).netloc, flask.request.host}
    return urlsplit(origin).netloc not in known


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(keys.key("form"), salt="form")
