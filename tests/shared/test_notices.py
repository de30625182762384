# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Notices reach people as they want them: never twice, in their language, at once or
once a day, by mail and by what else the portal is joined to."""

from __future__ import annotations

import hmac
import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from ckan.tests import factories
from ckan.tests.helpers import call_action
from ckanext.sonla.shared import channels, clock, delivery, digests, mail, webhook
from tests.factories import portal

from .test_mail import due_now, put, row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Catcher

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "sender")

NOON = datetime(2026, 9, 1, 5, tzinfo=UTC)  # 12:00 in the province


@pytest.fixture
def person() -> dict[str, Any]:
    """An account."""
    return factories.User(email="canbo@sonla.gov.vn")


def notice(person: dict[str, Any], key: str, subject: str = "Chờ duyệt") -> None:
    mail.outbox.put(
        mail.Mail(
            key=key,
            user_id=person["id"],
            subject=subject,
            text="Có việc mới.",
            link="https://dulieu.sonla.gov.vn/revision/1",
            language="vi",
            gather=True,
        )
    )
    model.Session.commit()


def choose(person: dict[str, Any], **values: Any) -> dict[str, Any]:
    context = {"user": person["name"], "ignore_auth": False}
    return call_action("sonla_notice_preference_update", context, **values)


# Killed in the middle


def deliver_and_die(catcher: Catcher, tmp_path: Path, place: str) -> int:
    """Deliver in another process, which kills itself at a place."""
    ini = tmp_path / "kill.ini"
    server = tk.config["smtp.server"]
    ini.write_text(
        f"[app:main]\nuse = config:{config['__file__']}\nsmtp.server = {server}\n"
        "smtp.mail_from = cong@sonla.gov.vn\n"
    )
    script = Path(__file__).parent / "outbox_process.py"
    environment = {**os.environ, "PYTHONPATH": str(script.parents[2])}
    return subprocess.run(
        [sys.executable, str(script), str(ini), place],
        env=environment,
        check=False,
        capture_output=True,
        timeout=120,
    ).returncode


@pytest.mark.parametrize(
    ("place", "before", "after"),
    [
        ("before the server takes it", (0, "sending"), (1, "sent")),
        ("while the server takes it", (0, "handing"), (0, "unsure")),
        ("after the server took it", (1, "handing"), (1, "unsure")),
    ],
)
def test_a_killed_sender_leaves_no_mail_twice(catcher, tmp_path, place, before, after):
    put()
    model.Session.commit()
    assert deliver_and_die(catcher, tmp_path, place) == -signal.SIGKILL
    assert (len(catcher.received), row().state) == before
    delivery.deliver()
    delivery.deliver()
    assert (len(catcher.received), row().state) == after


def test_operators_see_what_is_unsure_and_send_it_again(catcher, agency_staff):
    put()
    model.Session.commit()
    model.Session.execute(sa.update(mail.OutboxMail).values(state="handing"))
    model.Session.commit()
    delivery.deliver()
    operator = {"user": agency_staff["operator"], "ignore_auth": False}
    told = call_action("sonla_outbox_show", operator)
    assert told["states"] == {"unsure": 1}
    assert told["results"][0]["message_id"].startswith("<")
    call_action("sonla_outbox_resend", operator, key="k")
    assert delivery.deliver()["sent"] == 1
    with pytest.raises(tk.ObjectNotFound):
        call_action("sonla_outbox_resend", operator, key="k")
    for other in ("officer", "leader", "auditor"):
        for name in ("sonla_outbox_show", "sonla_outbox_resend"):
            with pytest.raises(tk.NotAuthorized):
                context = {"user": agency_staff[other], "ignore_auth": False}
                call_action(name, context, key="k")


def test_a_portal_may_prefer_two_copies_to_none(catcher, ckan_config, monkeypatch):
    monkeypatch.setitem(ckan_config, "sonla.mail.repeat_unsure", True)
    put()
    model.Session.commit()
    model.Session.execute(sa.update(mail.OutboxMail).values(state="handing"))
    model.Session.commit()
    assert delivery.deliver()["sent"] == 1


def test_every_try_has_the_same_message_id(catcher):
    put()
    model.Session.commit()
    expected = row().message_id
    delivery.deliver()
    assert catcher.received[0]["Message-ID"] == expected


# As people want them


def test_a_notice_has_text_html_and_the_way_to_its_place(catcher, person):
    notice(person, "revision.submit:1", "Chờ duyệt: Trường & lớp <1>")
    delivery.deliver()
    text, html = catcher.received[0].iter_parts()
    assert "https://dulieu.sonla.gov.vn/revision/1" in text.get_content()
    assert "/account/notices" in text.get_content()
    assert 'href="https://dulieu.sonla.gov.vn/revision/1"' in html.get_content()
    assert "Trường &amp; lớp &lt;1&gt;" in html.get_content()
    assert "<" not in text.get_content()


def test_who_wants_it_gets_one_digest_a_day(catcher, person, monkeypatch):
    choose(person, rhythm="daily")
    monkeypatch.setattr(clock, "now", lambda: NOON)
    for number in range(3):
        notice(person, f"revision.submit:{number}", f"Việc {number}")
    digests.put_due()
    delivery.deliver()
    assert catcher.received == []
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=1))
    for _ in range(3):
        digests.put_due()
        delivery.deliver()
    (message,) = catcher.received
    text, html = message.iter_parts()
    for part in (text, html):
        assert all(f"Việc {number}" in part.get_content() for number in range(3))
    assert {one.state for one in model.Session.query(mail.OutboxMail)} == {
        "digested",
        "sent",
    }


def test_a_digest_that_an_outage_kept_back_tells_everything_once(
    catcher, person, monkeypatch
):
    choose(person, rhythm="daily")
    for day in range(3):
        monkeypatch.setattr(clock, "now", lambda day=day: NOON + timedelta(days=day))
        notice(person, f"revision.submit:{day}", f"Việc {day}")
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=9))
    digests.put_due()
    delivery.deliver()
    assert len(catcher.received) == 1


def test_the_digest_is_in_its_readers_language(catcher, person, monkeypatch):
    choose(person, rhythm="daily", language="en")
    monkeypatch.setattr(clock, "now", lambda: NOON)
    notice(person, "revision.submit:1")
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=1))
    digests.put_due()
    delivery.deliver()
    assert catcher.received[0]["Subject"] == "1 notice"
    assert catcher.received[0]["Content-Language"] == "en"


def test_an_invitation_waits_for_no_digest(catcher, person):
    choose(person, rhythm="daily")
    put(address=None, user_id=person["id"])
    model.Session.commit()
    assert delivery.deliver()["sent"] == 1


def test_everybody_chooses_for_herself(person):
    context = {"user": person["name"], "ignore_auth": False}
    shown = call_action("sonla_notice_preference_show", context)
    assert shown == {"rhythm": "each", "language": None}
    choose(person, rhythm="daily", language="vi")
    shown = call_action("sonla_notice_preference_show", context)
    assert shown == {"rhythm": "daily", "language": "vi"}
    for wrong in ({}, {"rhythm": "hourly"}, {"rhythm": "each", "language": "xx"}):
        with pytest.raises(tk.ValidationError):
            choose(person, **wrong)
    with pytest.raises(tk.NotAuthorized):
        stranger = {"user": "", "ignore_auth": False}
        call_action("sonla_notice_preference_show", stranger)


def test_the_choice_has_a_page(person, app):
    headers = portal.log_in(person["name"])
    page = app.get("/en/account/notices", headers=headers).body
    assert 'value="daily"' in page
    app.post("/en/account/notices", headers=headers, data={"rhythm": "daily"})
    page = app.get("/en/account/notices", headers=headers).body
    assert 'value="daily" checked' in page
    app.post("/en/account/notices", headers=headers, data={"rhythm": "x"}, status=409)
    app.get("/en/account/notices", status=403)


# Other channels


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
