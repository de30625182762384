"""`/health/live` and `/health/ready`, for whoever keeps the portal running.

Article 5.4: the portal runs 24 hours, every day. Both answer before CKAN touches a
request: CKAN's own hooks ask the database on every request, and a check that needs
the database to say that the database is gone would answer with 500.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ckan import model
from ckan.lib.redis import connect_to_redis
from ckan.lib.search.common import make_connection
from ckanext.datastore.backend.postgres import get_read_engine, get_write_engine
from ckanext.sonla.shared import jobs, log_permissions, outbox_view, policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from ckan.types import CKANApp

LIVE, READY = "/health/live", "/health/ready"
PATIENCE_MS = 5000

log = logging.getLogger(__name__)


class NotReady(Exception):  # noqa: N818 - a state of the portal, said to its caller
    """A part does not do its work; its text says why, without addresses or secrets."""


def database() -> None:
    """CKAN's database answers."""
    _select(model.meta.engine)


def redis() -> None:
    """Redis answers, which holds the queue of jobs."""
    connect_to_redis().ping()


def search() -> None:
    """The search index answers a query."""
    make_connection().search(q="*:*", rows=0)


def datastore() -> None:
    """The DataStore answers its reading and its writing role."""
    _select(get_read_engine())
    _select(get_write_engine())


def worker() -> None:
    """Of each queue a worker takes jobs; one worker may serve both."""
    served = jobs.served()
    if not served:
        raise NotReady("no worker has said that it lives")
    for name in jobs.QUEUES:
        if name not in served:
            raise NotReady(f"no worker takes the jobs of the queue “{name}”")


def scheduler() -> None:
    """`ckan sonla tick` ran in the policy's last minutes."""
    with _connect(model.meta.engine) as connection:
        last = connection.scalar(
            sa.text("SELECT max(greatest(started, finished)) FROM sonla_tick")
        )
    if last is None:
        raise NotReady("nothing that is due has been run yet")
    silence = datetime.now(UTC) - last
    if silence > timedelta(minutes=policy.number("tick_silence_minutes")):
        raise NotReady(f"what is due was last run {silence.total_seconds():.0f} s ago")


CHECKS: tuple[Callable[[], None], ...] = (
    database,
    redis,
    search,
    datastore,
    worker,
    scheduler,
)


def _select(engine: sa.Engine | None) -> None:
    with _connect(engine) as connection:
        connection.execute(sa.text("SELECT 1"))


def _connect(engine: sa.Engine | None) -> sa.Connection:
    if engine is None:
        raise NotReady("it is not configured")
    connection = engine.connect()
    connection.execute(sa.text(f"SET LOCAL statement_timeout = {PATIENCE_MS}"))
    return connection


def report() -> tuple[bool, dict[str, Any]]:
    """Run every check.

    Returns:
        Whether all passed, and `{"status": "ready"|"not ready", "parts": {name:
        {"ready": bool, "why": str}}, "outbox": {state: count}, "warnings": [str]}`,
        `why` only where a part is not ready; the last two while the database answers.
    """
    parts = {check.__name__: _result(check) for check in CHECKS}
    ready = all(part["ready"] for part in parts.values())
    content: dict[str, Any] = {
        "status": "ready" if ready else "not ready",
        "parts": parts,
    }
    if parts.get(database.__name__, {}).get("ready"):
        # Told and not judged: the portal works while a mail server is away, and while
        # an administrator has yet to give the log away.
        content["outbox"] = _told("The outbox", outbox_view.counts)
        content["warnings"] = _told("The log's table", log_permissions.warnings)
    return ready, content


def _told(name: str, ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except SQLAlchemyError as error:
        log.warning("%s does not answer", name, exc_info=error)
        return None
    finally:
        model.Session.remove()


def _result(check: Callable[[], None]) -> dict[str, Any]:
    try:
        check()
    except NotReady as error:
        return {"ready": False, "why": str(error)}
    except Exception as error:
        # Whatever a part answers with, it is not ready. An error's own text may hold
        # an address or a role, so strangers get its kind and the log gets the rest.
        log.warning("%s is not ready", check.__name__, exc_info=error)
        return {"ready": False, "why": f"it does not answer ({type(error).__name__})"}
    finally:
        model.Session.remove()
    return {"ready": True}


class Health:
    """Answers the two addresses, and hands every other request on."""

    def __init__(self, inner: Callable[..., Iterable[bytes]], app: CKANApp) -> None:
        self._inner = inner
        self._app: Any = app

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        path = environ.get("PATH_INFO")
        if path == LIVE:
            return _answer(start_response, ok=True, content={"status": "live"})
        if path == READY:
            with self._app.app_context():
                ok, content = report()
            return _answer(start_response, ok=ok, content=content)
        return self._inner(environ, start_response)


def _answer(
    start_response: StartResponse, *, ok: bool, content: dict[str, Any]
) -> Iterable[bytes]:
    body = json.dumps(content).encode()
    start_response(
        "200 OK" if ok else "503 Service Unavailable",
        [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ],
    )
    return [body]
