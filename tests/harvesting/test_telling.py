"""The leader is asked for a standing approval once; all are told why one is void."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import preferences
from ckanext.sonla.shared.mail import OutboxMail
from tests.factories import approval
from tests.factories import obligations as make

from .standing import Approvable, approvable
from .test_source_pages import Reader, page


@pytest.fixture
def ready(clean_db: None, with_plugins: None) -> Approvable:
    return approvable()


def ask(ready: Approvable) -> dict[str, Any]:
    officer, source = ready.office.officer, ready.source["id"]
    return approval.act(officer, "sonla_harvest_ask", source_id=source)


def told(event: str) -> dict[str, OutboxMail]:
    """Return the mails of an event by the name of who got them."""
    model.Session.rollback()
    found = model.Session.scalars(
        sa.select(OutboxMail).where(OutboxMail.event == event)
    )
    names: dict[str, OutboxMail] = {}
    for mail in found:
        user: Any = model.User.get(mail.user_id)
        assert user.name not in names, "once"
        names[user.name] = mail
    return names


def id_of(name: str) -> str:
    user: Any = model.User.get(name)
    return user.id


@pytest.mark.usefixtures("with_request_context")
def test_the_leader_is_told_once_in_her_language(ready: Approvable):
    for name, language in ((ready.office.leader, "vi"), (ready.office.officer, "en")):
        preferences.choose(id_of(name), preferences.EACH, language)
    model.Session.commit()
    ask(ready)
    ask(ready)
    mails = told("harvest.approval_asked")
    assert list(mails) == [ready.office.leader]
    mail = mails[ready.office.leader]
    assert "chờ lãnh đạo phê duyệt thường trực" in mail.subject
    assert str(mail.link).endswith(f"/harvesting/{ready.source['name']}/approval")


def test_who_changed_the_source_asks_anew(ready: Approvable):
    ask(ready)
    ready.edit(url="http://127.0.0.1:8001/khac")
    ask(ready)
    model.Session.rollback()
    query = sa.select(sa.func.count()).where(
        OutboxMail.event == "harvest.approval_asked"
    )
    assert model.Session.scalar(query) == 2


def test_what_is_approved_or_not_complete_is_not_asked_for(ready: Approvable):
    ready.approve()
    with pytest.raises(tk.ValidationError):
        ask(ready)
    other = approvable(dataset="khong-co")
    with pytest.raises(tk.ValidationError) as caught:
        ask(other)
    assert "dataset" in str(caught.value.error_dict)
    for user in (ready.office.leader, other.office.officer, None):
        with pytest.raises(tk.NotAuthorized):
            approval.act(user, "sonla_harvest_ask", source_id=ready.source["id"])


def test_leader_and_officer_are_told_why_an_approval_is_void(ready: Approvable):
    ready.approve()
    operator = make.operator()
    for name in (ready.office.leader, ready.office.officer):
        preferences.choose(id_of(name), preferences.EACH, "en")
    model.Session.commit()
    ready.edit(operator, url="http://127.0.0.1:8001/khac")
    mails = told("harvest.approval_voided")
    assert set(mails) == {ready.office.leader, ready.office.officer}
    assert "The address was changed." in mails[ready.office.officer].text


def test_who_voids_an_approval_herself_is_not_told(ready: Approvable):
    ready.approve()
    ready.edit(url="http://127.0.0.1:8001/khac")
    assert set(told("harvest.approval_voided")) == {ready.office.leader}


def test_the_inbox_has_what_waits_and_what_became_void(app: Any, ready: Approvable):
    leader, officer = (
        Reader(app, ready.office.leader),
        Reader(app, ready.office.officer),
    )
    title = ready.source["title"]
    assert title not in leader.get("/inbox")
    assert "Ask the leader" in officer.get(page(ready, "approval"))
    officer.post(page(ready, "approval"), do="ask")
    assert "has been asked" in officer.get(page(ready, "approval"))
    for reader in (leader, officer):
        body = reader.get("/inbox")
        assert title in body
        assert "waits for the leader" in body
    ready.approve()
    assert title not in leader.get("/inbox")
    ready.edit(url="http://127.0.0.1:8001/khac")
    body = leader.get("/inbox")
    assert "The address was changed." in body
    assert title not in Reader(app, approval.office().leader).get("/inbox")
