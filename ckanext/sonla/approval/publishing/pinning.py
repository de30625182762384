"""A dump is one state of its table, though CKAN fetches it page by page.

The request holds the table until the last byte is sent, so the switch waits for it and
no answer crosses from one revision to the next (invariant 4). But not for ever: a
client that reads slowly mustn't keep an approved revision from the public. When its
time is over, its answer breaks off, visibly, rather than go on in another revision.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import flask
import psycopg2
from psycopg2.sql import SQL, Composable, Identifier

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckanext.datastore import blueprint
from ckanext.datastore.backend import postgres

from . import dumping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import sqlalchemy as sa

    from ckan.common import CKANConfig
    from ckan.types import CKANApp

_ENDPOINT = "datastore.dump"
_SECONDS = "sonla.approval.dump_seconds"


class Pin:
    """A table held under the read role, for some seconds."""

    def __init__(self, connection: sa.Connection, seconds: int) -> None:
        self._connection = connection
        self._until = time.monotonic() + seconds
        self._execute(
            # The database lets go by itself, should this process wait for its client.
            SQL("SET LOCAL idle_in_transaction_session_timeout = {}").format(
                SQL(str(seconds * 1000))
            )
        )

    def take(self, name: str) -> None:
        """Hold a table; nobody renames or drops it before `release`."""
        self._execute(
            SQL("LOCK TABLE public.{} IN ACCESS SHARE MODE").format(Identifier(name))
        )

    def over(self, chunks: Iterable[Any]) -> Iterator[Any]:
        """Yield what was read while the table was held, and nothing after that."""
        for chunk in chunks:
            if time.monotonic() > self._until:
                self.release()
                raise TimeoutError("a dump took longer than it may hold its table")
            self._execute(SQL("SELECT 1"))
            yield chunk

    def release(self) -> None:
        """Let go of the table."""
        with suppress(psycopg2.Error):
            self._connection.close()

    def _execute(self, statement: Composable) -> None:
        cursor: Any = self._connection.connection.cursor()
        cursor.execute(statement)


def pin() -> flask.Response | None:
    """Serve a dump from its frozen file, or hold its table while CKAN makes it."""
    if flask.request.endpoint != _ENDPOINT:
        return None
    name = (flask.request.view_args or {}).get("resource_id", "")
    if flask.request.args.get("format", "csv") not in blueprint.DUMP_FORMATS:
        # CKAN fails over the words of its own refusal.
        tk.abort(400, tk._("Unsupported format"))
    if (answer := dumping.whole(name)) is not None:
        return answer
    held = Pin(postgres.get_read_engine().connect(), tk.config[_SECONDS])
    try:
        held.take(name)
    except (psycopg2.ProgrammingError, ValueError):
        # What can't be read or named is the dump's own 404.
        held.release()
        return None

    def over(response: Any) -> Any:
        response.response = held.over(response.response)
        response.call_on_close(held.release)
        return response

    flask.after_this_request(over)
    return None


class PinnedDumps(p.SingletonPlugin):
    """Mixed into the plugin: a dump is one state of its table."""

    p.implements(p.IMiddleware, inherit=True)

    def make_middleware(self, app: CKANApp, config: CKANConfig) -> CKANApp:
        app.before_request(pin)
        # The next of those mixed into the plugin.
        following: Any = super()
        return following.make_middleware(app, config)
