"""Readers get no cookie: invariant 8, from article 10.1's use without identification.

CKAN puts a CSRF token into every page's head, which starts a session and sends its
cookie to everybody who reads. A reader posts nothing, so her token serves nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask.sessions import SessionInterface, SessionMixin

from ckan.common import request

if TYPE_CHECKING:
    from flask import Flask, Request, Response

READING = frozenset({"GET", "HEAD", "OPTIONS"})

# Pages whose form an account posts, so that their token must be remembered.
BEFORE_LOG_IN = frozenset(
    {"user.login", "user.register", "user.request_reset", "user.perform_reset"}
)

# Pages on which people without an account post; each form carries its own token.
WITHOUT_SESSION = frozenset(
    {
        "sonla_feedback_confirming",
        "sonla_feedback_sending",
        "sonla_feedback_tracking",
    }
)


class ReaderSessions(SessionInterface):
    """CKAN's own session interface, except that reading starts no session.

    A session begins with a POST, with one of the pages before logging in, or with an
    account; a browser that already carries a session keeps it. Who sends feedback has
    none either (article 9.1).
    """

    def __init__(self, sessions: SessionInterface) -> None:
        self._sessions = sessions

    def __getattr__(self, name: str) -> Any:
        # CKAN calls `regenerate` when somebody logs in.
        return getattr(self._sessions, name)

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        return self._sessions.open_session(app, request)

    def save_session(
        self, app: Flask, session: SessionMixin, response: Response
    ) -> None:
        if not _only_reads(app, session):
            self._sessions.save_session(app, session, response)


def _only_reads(app: Flask, session: SessionMixin) -> bool:
    reads = request.method in READING or request.blueprint in WITHOUT_SESSION
    return (
        reads
        and app.config["SESSION_COOKIE_NAME"] not in request.cookies
        and "_user_id" not in session
        and request.endpoint not in BEFORE_LOG_IN
    )
