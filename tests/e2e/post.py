"""A real mail server beside the live portal, and what arrives in people's mailboxes."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller

from ckan import model
from ckan.common import config
from ckanext.sonla.shared import delivery
from tests import plugins
from tests.shared.conftest import Catcher

from .serving import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

PORTAL = "cong@sonla.example"


class Post:
    """Takes mails out of the portal's outbox, as its scheduler does, to mailboxes."""

    def __init__(self, catcher: Catcher, server: str) -> None:
        self._catcher, self._server = catcher, server

    def to(self, address: str) -> list[EmailMessage]:
        """Deliver what waits; return the mails that somebody has got, the last last."""
        # Each test gets the configuration back as it was.
        config["smtp.server"], config["smtp.mail_from"] = self._server, PORTAL
        delivery.deliver()
        model.Session.rollback()
        return [one for one in self._catcher.received if address in str(one["To"])]


def words_of(mail: EmailMessage) -> str:
    """Return the plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return body.get_content()


def link_in(mail: EmailMessage) -> str:
    """Return the path of the portal's page that a mail leads to."""
    found = re.search(r"https?://[^/\s]+(/\S*feedback\S+)", words_of(mail))
    assert found is not None, words_of(mail)
    return found[1]


@contextmanager
def office() -> Iterator[Post]:
    """Run a mail server, with the plugins loaded that the outbox needs."""
    catcher, port = Catcher(), free_port()
    server = Controller(catcher, hostname="127.0.0.1", port=port)
    server.start()
    try:
        with plugins.for_a_moment():
            yield Post(catcher, f"127.0.0.1:{port}")
    finally:
        server.stop()
