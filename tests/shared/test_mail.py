# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Mail goes through an outbox: with what it tells of, once, and not lost."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ckan import model
from ckan.cli.cli import ckan
from ckan.tests import factories
from ckanext.sonla.shared import clock, delivery, mail, tick

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "sender")


def put(key: str = "k", **values) -> None:
    mail.outbox.put(
        mail.Mail(
            key,
            "Bản cập nhật chờ duyệt",
            "Kính gửi",
            **{"address": "a@sonla.gov.vn", **values},
        )
    )


def row(key: str = "k") -> mail.OutboxMail:
    model.Session.expire_all()
    return model.Session.scalars(
        sa.select(mail.OutboxMail).where(mail.OutboxMail.key == key)
    ).one()


def due_now() -> None:
    model.Session.execute(sa.update(mail.OutboxMail).values(next_attempt=sa.func.now()))
    model.Session.commit()


def test_a_mail_arrives_with_its_words(catcher):
    put(language="vi")
    model.Session.commit()
    assert delivery.deliver()["sent"] == 1
    (message,) = catcher.received
    assert message["Subject"] == "Bản cập nhật chờ duyệt"
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert text.get_content().startswith("Kính gửi")
    assert "<p" in html.get_content()
    assert "Kính gửi" in html.get_content()
    assert message["Content-Language"] == "vi"
    assert row().state == "sent"


def test_a_mail_is_sent_once_however_often_it_is_put(catcher):
    for _ in range(2):
        put()
        model.Session.commit()
        delivery.deliver()
    put()
    model.Session.commit()
    delivery.deliver()
    assert len(catcher.received) == 1


def test_what_is_rolled_back_is_not_told_of(catcher):
    put()
    model.Session.rollback()
    delivery.deliver()
    assert catcher.received == []


def test_two_senders_at_once_never_take_the_same_mail(catcher):
    for number in range(20):
        put(str(number))
    model.Session.commit()
    senders = [threading.Thread(target=delivery.deliver) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    ids = [message["Message-ID"] for message in catcher.received]
    assert len(ids) == len(set(ids)) == 20


def test_a_server_that_is_down_loses_nothing_and_is_tried_again_later(request):
    put()
    model.Session.commit()
    assert delivery.deliver()["waiting"] == 1
    waiting = row()
    assert waiting.attempts == 1
    assert waiting.error
    assert set(delivery.deliver().values()) == {0}
    catcher = request.getfixturevalue("catcher")
    due_now()
    assert delivery.deliver()["sent"] == 1
    assert len(catcher.received) == 1


def test_a_server_that_is_away_for_weeks_loses_nothing(request):
    put()
    model.Session.commit()
    for _ in range(30):
        due_now()
        assert delivery.deliver()["waiting"] == 1
    assert row().next_attempt <= clock.now() + timedelta(hours=1)
    request.getfixturevalue("catcher")
    due_now()
    assert delivery.deliver()["sent"] == 1


def test_a_server_that_is_away_is_asked_by_one_mail_a_run():
    for number in range(5):
        put(str(number))
    model.Session.commit()
    assert delivery.deliver()["waiting"] == 1
    assert sorted(row(str(number)).attempts for number in range(5)) == [0, 0, 0, 0, 1]


def test_a_mail_that_the_server_refuses_keeps_no_other_back(catcher):
    catcher.refuses = "khong-co@sonla.gov.vn"
    put("1", address="khong-co@sonla.gov.vn")
    put("2")
    model.Session.commit()
    told = delivery.deliver()
    assert (told["sent"], told["waiting"]) == (1, 1)


def test_each_wait_is_longer_and_the_last_try_is_the_last(catcher):
    catcher.refuses = "a@sonla.gov.vn"
    put()
    model.Session.commit()
    waits = []
    for _ in range(11):
        due_now()
        delivery.deliver()
        waiting = row()
        waits.append(waiting.next_attempt)
    assert waits == sorted(waits)
    due_now()
    assert delivery.deliver()["given_up"] == 1
    assert row().state == "given_up"


def test_an_accounts_address_is_looked_up_when_the_mail_goes_out(catcher):
    account = factories.User(email="cu@sonla.gov.vn")
    put(address=None, user_id=account["id"])
    model.Session.commit()
    model.User.get(account["id"]).email = "moi@sonla.gov.vn"
    model.Session.commit()
    delivery.deliver()
    assert "moi@sonla.gov.vn" in catcher.received[0]["To"]


def test_a_mail_to_a_deleted_account_is_given_up(catcher):
    account = factories.User()
    put(address=None, user_id=account["id"])
    model.Session.commit()
    model.User.get(account["id"]).delete()
    model.Session.commit()
    assert delivery.deliver()["given_up"] == 1
    assert catcher.received == []


def test_a_subject_cannot_smuggle_headers(catcher):
    mail.outbox.put(
        mail.Mail("k", "Tên\r\nBcc: x@example.com", "t", address="a@sonla.gov.vn")
    )
    model.Session.commit()
    delivery.deliver()
    assert catcher.received[0]["Bcc"] is None


@pytest.mark.usefixtures("with_extended_cli")
def test_tick_sends_the_mail_and_notes_its_run(cli, catcher):
    put()
    model.Session.commit()
    answer = cli.invoke(ckan, ["sonla", "tick"])
    assert "mail.deliver: done" in answer.output
    assert len(catcher.received) == 1
    runs = {run.task: run for run in tick.last_runs()}
    assert runs["mail.deliver"].succeeded is not None
