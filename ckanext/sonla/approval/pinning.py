"""A dump is one state of its table, though CKAN fetches it page by page.

The request holds the table until the last byte is sent, so the switch waits for it and
no answer crosses from one revision to the next (invariant 4).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import flask
import psycopg2
from psycopg2.sql import SQL, Identifier

import ckan.plugins as p
from ckanext.datastore.backend import postgres

if TYPE_CHECKING:
    from ckan.common import CKANConfig
    from ckan.types import CKANApp

_ENDPOINT = "datastore.dump"


def pin() -> None:
    """Hold the table of a dump in this request, under the read role."""
    if flask.request.endpoint != _ENDPOINT:
        return
    name = (flask.request.view_args or {}).get("resource_id", "")
    connection = postgres.get_read_engine().connect()
    # What can't be read or named is the dump's own 404.
    with suppress(psycopg2.ProgrammingError, ValueError):
        connection.connection.cursor().execute(
            SQL("LOCK TABLE public.{} IN ACCESS SHARE MODE").format(Identifier(name))
        )

    def release(response: Any) -> Any:
        response.call_on_close(connection.close)
        return response

    flask.after_this_request(release)


class PinnedDumps(p.SingletonPlugin):
    """Mixed into the plugin: pins the table of a dump for its request."""

    p.implements(p.IMiddleware, inherit=True)

    def make_middleware(self, app: CKANApp, config: CKANConfig) -> CKANApp:  # noqa: ARG002 - the interface's
        app.before_request(pin)
        return app
