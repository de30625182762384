"""Each or one digest a day, in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests.helpers import call_action
from ckanext.sonla.shared import clock, delivery, digests, mail
from tests.factories import portal
from tests.shared.test_mail import put

from .telling import notice

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "sender")


NOON = datetime(2026, 9, 1, 5, tzinfo=UTC)  # 12:00 in the province


def choose(person: dict[str, Any], **values: Any) -> dict[str, Any]:
    context = {"user": person["name"], "ignore_auth": False}
    return call_action("sonla_notice_preference_update", context, **values)


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
