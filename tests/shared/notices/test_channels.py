"""Other channels than mail."""

from __future__ import annotations

import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from ckan import model
from ckanext.sonla.shared import channels, delivery, webhook
from tests.shared.test_mail import due_now, put

from .telling import notice

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "sender")


class Gateway(BaseHTTPRequestHandler):
    """A gateway that takes what is signed rightly."""

    taken: list[tuple[dict[str, str], bytes]] = []  # noqa: RUF012 - of the whole server
    status = 204

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((dict(self.headers), body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's
        """Say nothing."""


@pytest.fixture
def gateway(ckan_config, monkeypatch) -> Iterator[type[Gateway]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Gateway.taken.clear()
    Gateway.status = 204
    address = f"http://127.0.0.1:{server.server_port}/in"
    monkeypatch.setitem(ckan_config, "sonla.webhook.url", address)
    monkeypatch.setitem(ckan_config, "sonla.webhook.secret", "mật khẩu chung")
    monkeypatch.setitem(ckan_config, "sonla.web.private_hosts", "127.0.0.1")
    yield Gateway
    server.shutdown()
    server.server_close()


def test_the_webhook_gets_each_notice_signed(gateway, catcher, person):
    notice(person, "revision.submit:1")
    assert delivery.deliver()["sent"] == 2
    ((headers, body),) = gateway.taken
    told = json.loads(body)
    assert told["account"] == person["name"]
    assert told["event"] == "revision.submit"
    assert headers["X-Sonla-Notice"] == told["key"]
    moment, _, seal = headers["X-Sonla-Signature"].partition(",v1=")
    signed = f"{moment[2:]}.".encode() + body
    expected = hmac.new("mật khẩu chung".encode(), signed, "sha256").hexdigest()
    assert seal == expected


def test_a_gateway_that_is_away_keeps_no_mail_back_and_loses_nothing(
    gateway, catcher, person
):
    gateway.status = 503
    notice(person, "revision.submit:1")
    told = delivery.deliver()
    assert (told["sent"], told["waiting"]) == (1, 1)
    gateway.status = 200
    due_now()
    assert delivery.deliver()["sent"] == 1
    keys = {json.loads(body)["key"] for _, body in gateway.taken}
    assert len(keys) == 1


def test_what_the_gateway_refuses_again_and_again_is_given_up(
    gateway, catcher, person, ckan_config, monkeypatch
):
    monkeypatch.setitem(ckan_config, "sonla.mail.attempts", 2)
    gateway.status = 400
    notice(person, "revision.submit:1")
    assert delivery.deliver()["waiting"] == 1
    due_now()
    assert delivery.deliver()["given_up"] == 1


def test_no_secret_goes_to_the_gateway(gateway, catcher, person):
    put(address=None, user_id=person["id"])
    model.Session.commit()
    delivery.deliver()
    assert gateway.taken == []


def test_the_webhook_reaches_no_private_network(
    gateway, catcher, person, ckan_config, monkeypatch
):
    monkeypatch.setitem(ckan_config, "sonla.web.private_hosts", "")
    notice(person, "revision.submit:1")
    assert delivery.deliver()["waiting"] == 1
    assert gateway.taken == []


def test_another_channel_is_one_registered_class(monkeypatch, catcher, person):
    sent = []

    class Sms(channels.Channel):
        name = "sms"

        def is_on(self) -> bool:
            return True

        def deliver(self, parcel, handing) -> None:
            handing()
            sent.append((parcel.account, parcel.subject))

    monkeypatch.setitem(channels._channels, Sms.name, Sms())
    notice(person, "revision.submit:1")
    delivery.deliver()
    assert sent == [(person["name"], "Chờ duyệt")]
    assert webhook.Webhook.name in channels._channels


def test_a_channel_with_a_bug_keeps_no_other_notice_back(monkeypatch, catcher, person):
    class Broken(channels.Channel):
        name = "broken"

        def is_on(self) -> bool:
            return True

        def deliver(self, parcel, handing) -> None:  # noqa: ARG002 - as every channel's
            raise ZeroDivisionError

    monkeypatch.setitem(channels._channels, Broken.name, Broken())
    notice(person, "revision.submit:1")
    told = delivery.deliver()
    assert (told["sent"], told["waiting"]) == (1, 1)
