"""Fixtures of the shared services' tests."""

from __future__ import annotations

import socket
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from tests.factories import agencies

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def agency_staff() -> dict[str, str]:
    """Accounts of the operating office and of one agency, by role."""
    return agencies.staff()


class Catcher(Message):
    """Keeps what the server receives."""

    def __init__(self) -> None:
        super().__init__()
        self.received: list = []
        # An address that the server knows nobody at.
        self.refuses: str | None = None

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: ARG002, N802 - aiosmtpd's
        if address == self.refuses:
            return "550 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def prepare_message(self, session, envelope):  # noqa: ARG002 - aiosmtpd's signature
        assert isinstance(envelope.content, bytes)
        return message_from_bytes(envelope.content, policy=policy.default)

    def handle_message(self, message):
        self.received.append(message)


@pytest.fixture
def catcher(ckan_config, monkeypatch) -> Iterator[Catcher]:
    """A real mail server, and CKAN's settings that point to it."""
    handler = Catcher()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setitem(ckan_config, "smtp.server", f"127.0.0.1:{port}")
    yield handler
    controller.stop()


@pytest.fixture
def sender(ckan_config, monkeypatch) -> None:
    """The portal's own address."""
    monkeypatch.setitem(ckan_config, "smtp.mail_from", "cong@sonla.gov.vn")
