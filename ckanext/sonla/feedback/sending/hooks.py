"""Where sending meets CKAN: forms without a session, 429, addresses behind proxies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask

import ckan.plugins as p
from ckanext.sonla.shared import proxies

from . import confirming, tasks, tracking, views

if TYPE_CHECKING:
    from ckan.common import CKANConfig
    from ckan.types import CKANApp

# Registered when it is imported; named so that nobody drops the import.
REGISTERED = (tasks,)
_REFUSED = (409, 429)


class SendingHooks(p.SingletonPlugin):
    """Mixed into the plugin of feedback."""

    p.implements(p.IMiddleware, inherit=True)

    # IMiddleware

    def make_middleware(self, app: CKANApp, config: CKANConfig) -> CKANApp:  # noqa: ARG002 - the interface's
        app.wsgi_app = proxies.TrustedProxies(app.wsgi_app)
        # A sender has no session that a token could belong to: the form has its own.
        for blueprint in (views.sending, tracking.tracking, confirming.confirming):
            app.extensions["csrf"].exempt(blueprint)
        app.after_request_funcs.setdefault(None, []).append(_say_when)
        return app


def _say_when(response: flask.Response) -> flask.Response:
    """Answer 429 with when to ask again: CKAN knows no such refusal."""
    seconds = flask.g.pop("sonla_retry_after", None)
    if seconds is not None and response.status_code in _REFUSED:
        response.status_code = 429
        response.headers["Retry-After"] = str(seconds)
    return response
