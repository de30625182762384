# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Officer and leader hear of each step, in their language, and of what waits long."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from ckan import model
from ckan.common import config
from ckan.tests import factories
from ckanext.sonla.approval.conversation import reminding
from ckanext.sonla.shared import clock, mail
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "with_request_context")


def told(user: str, event: str = "revision.") -> list[mail.OutboxMail]:
    """Return the notices to an account."""
    model.Session.expire_all()
    return list(
        model.Session.scalars(
            sa.select(mail.OutboxMail)
            .where(
                mail.OutboxMail.user_id == model.User.get(user).id,
                mail.OutboxMail.event.startswith(event),
            )
            .order_by(mail.OutboxMail.id)
        )
    )


def test_each_step_is_told_once_to_whom_it_concerns():
    office = make.office()
    revision = make.submit(office, make.draft(office))
    make.act(
        office.leader, "sonla_revision_return", id=revision["id"], comment="Sửa lại"
    )
    answer = {"id": revision["id"], "text": "Đã sửa"}
    make.act(office.officer, "sonla_revision_comment", **answer)
    make.approve(office, make.submit(office, revision))
    assert [one.event for one in told(office.leader)] == [
        "revision.submit",
        "revision.comment",
        "revision.submit",
    ]
    assert [one.event for one in told(office.officer)] == [
        "revision.return",
        "revision.publish",
    ]
    assert "Sửa lại" in told(office.officer)[0].text
    assert f"/revision/{revision['id']}" in str(told(office.officer)[0].html)


def test_a_notice_is_in_its_readers_language():
    office = make.office()
    choice = {"rhythm": "each", "language": "en"}
    make.act(office.leader, "sonla_notice_preference_update", **choice)
    make.submit(office, make.draft(office))
    (notice,) = told(office.leader)
    assert notice.subject.startswith("Awaiting your approval")
    assert "How you are told of things" in notice.text


@pytest.fixture
def english():
    """An office, an operator and a delegate who read English, in a daily digest."""
    office = make.office()
    agency = factories.Organization(name=config["sonla.policy.operating_office"])
    operator = make.appoint(agency["id"], "operator")
    delegate = factories.User(fullname="Phó Giám đốc", email="pho@example.vn")["name"]
    choice = {"rhythm": "daily", "language": "en"}
    for name in (office.leader, office.officer, operator, delegate):
        make.act(name, "sonla_notice_preference_update", **choice)
    return office, operator, delegate


def stand_in(office, delegate) -> None:
    """Let the leader name a delegate, from now until tomorrow."""
    make.act(
        office.leader,
        "sonla_delegation_create",
        delegate=delegate,
        until=(clock.today() + timedelta(days=1)).isoformat(),
        decision={"number": "12/QĐ-SGD", "date": "2026-11-20"},
    )


def test_take_downs_and_delegations_wait_for_the_digest_in_its_readers_language(
    english,
):
    office, operator, delegate = english
    first = make.published(office)
    asked = {"dataset_id": first["dataset_id"], "reason": "Có số điện thoại"}
    make.act(operator, "sonla_dataset_take_down", **asked)
    stand_in(office, delegate)
    for name in (office.leader, office.officer, delegate):
        rows = told(name, "take_down.") + told(name, "delegation.")
        assert rows, name
        assert {row.state for row in rows} == {mail.GATHERED}
        assert {row.language for row in rows} == {"en"}
    assert told(office.leader, "take_down.")[0].subject.startswith("Taken down")
    assert told(delegate, "delegation.")[0].subject.startswith("Delegation:")
    assert "/inbox" in str(told(delegate, "delegation.")[0].html)


def test_who_stands_in_for_the_leader_hears_of_a_take_down(english):
    office, operator, delegate = english
    first = make.published(office)
    stand_in(office, delegate)
    asked = {"dataset_id": first["dataset_id"], "reason": "Có số điện thoại"}
    make.act(operator, "sonla_dataset_take_down", **asked)
    assert len(told(delegate, "take_down.")) == 1


def test_what_waits_two_days_reminds_the_leader_once_a_rung(monkeypatch):
    office = make.office()
    make.submit(office, make.draft(office))
    started = clock.now()
    counts = []
    for hours in (1, 47, 49, 50, 95, 97, 24 * 8, 24 * 9, 24 * 60):
        moment = started + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        reminding.remind()
        model.Session.commit()
        counts.append(len(told(office.leader, "revision.remind")))
    assert counts == [0, 0, 1, 1, 1, 2, 3, 3, 3]
    assert told(office.officer, "revision.remind") == []


def test_after_an_outage_only_the_last_rung_is_said(monkeypatch):
    office = make.office()
    make.submit(office, make.draft(office))
    moment = clock.now() + timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: moment)
    reminding.remind()
    model.Session.commit()
    assert len(told(office.leader, "revision.remind")) == 1


def test_what_was_decided_reminds_nobody(monkeypatch):
    office = make.office()
    make.published(office)
    moment = clock.now() + timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: moment)
    reminding.remind()
    model.Session.commit()
    assert told(office.leader, "revision.remind") == []
