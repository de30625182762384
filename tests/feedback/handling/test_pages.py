"""The inbox and the inside page: links and forms, each for who may use it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup

from ckan import model
from ckanext.sonla.feedback.handling.model import SavedAnswer
from ckanext.sonla.feedback.model import Contribution
from ckanext.sonla.shared import clock
from tests.factories import feedback as make
from tests.obligations.callers import key

from .test_steps import answered, read

if TYPE_CHECKING:
    from .conftest import People

INBOX = "/feedback/inbox"


@pytest.fixture
def ask(app: Any, people: People) -> Any:
    """Ask for a page as somebody."""
    tokens: dict[str, dict[str, str]] = {}

    def asked(who: str | None, address: str, status: int = 200, **data: Any) -> Any:
        if who and who not in tokens:
            tokens[who] = key(getattr(people, who))
        headers = tokens.get(who or "", {})
        how = {"data": data} if data else {}
        call = app.post if data else app.get
        answer = call(
            address, headers=headers, status=status, follow_redirects=False, **how
        )
        return BeautifulSoup(answer.body, "html.parser")

    return asked


def codes(page: Any) -> list[str]:
    """Return the codes of an inbox page in their order."""
    return [one.get_text() for one in page.select(".inbox__item code")]


def test_the_shortest_time_comes_first_and_pages_go_on(people: People):
    now = clock.now()
    made = [
        make.received(people.health["id"], now - timedelta(days=day)).code
        # Further apart than Tết is long: days off may move two to one due date.
        for day in (1, 40, 27, 14)
    ]
    oldest_first = [made[1], made[2], made[3], made[0]]
    list_ = people.do("officer", "inbox_list", "", limit=3)
    assert [one["code"] for one in list_["results"]] == oldest_first[:3]
    assert list_["count"] == 4
    rest = people.do("officer", "inbox_list", "", limit=3, after=list_["next"])
    assert [one["code"] for one in rest["results"]] == oldest_first[3:]
    assert "next" not in rest


def test_each_sees_what_is_hers(people: People, ask: Any):
    ours = make.received(people.health["id"]).code
    theirs = make.received(people.home["id"]).code
    assert codes(ask("officer", INBOX)) == [ours]
    assert codes(ask("other_leader", INBOX)) == [theirs]
    assert set(codes(ask("operator", INBOX))) == {ours, theirs}
    assert codes(ask("operator", f"{INBOX}?agency=so-noi-vu")) == [theirs]
    assert codes(ask("office_leader", INBOX)) == []
    people.do("officer", "coordinate", ours, agency="so-noi-vu", text="Xin số liệu")
    assert set(codes(ask("other_officer", INBOX))) == {ours, theirs}
    ask("officer", f"{INBOX}?agency=so-noi-vu", 403)
    for who in ("stranger", None):
        ask(who, INBOX, 403)
        ask(who, f"/feedback/{ours}/handle", 403)
    ask("operator", "/feedback/PH-2222-2222-2222/handle", 404)
    ask("operator", f"{INBOX}?state=khong-co", 400)
    ask("operator", f"{INBOX}?after=mai", 400)


def test_filters_find_by_state_kind_person_and_time(people: People, ask: Any):
    now = clock.now()
    new = make.received(people.health["id"]).code
    late = make.received(people.health["id"], now - timedelta(days=30)).code
    mine = make.received(people.health["id"], now, kind="format").code
    held = make.received(people.health["id"], now, moderation="held").code
    done = make.received(people.health["id"]).code
    people.do("officer", "assign", mine)
    people.do("officer", "answer_submit", mine, text="Đã sửa")
    answered(people, done)
    for filters, found in {
        "only=overdue": {late}, "only=mine": {mine}, "only=waiting": {mine},
        "only=held": {held}, "kind=format": {mine}, "state=in_progress": {mine},
        "state=closed": {done}, "state=answered": {done}, "state=rejected": set(),
        "state=received&kind=quality": {new, late, held},
    }.items():  # fmt: skip
        assert set(codes(ask("officer", f"{INBOX}?{filters}"))) == found, filters


def test_several_are_assigned_at_once_and_refusals_are_said(people: People, ask: Any):
    one, two = (make.received(people.health["id"]).code for _ in range(2))
    foreign = make.received(people.home["id"]).code
    ask(
        "leader", f"{INBOX}/assign", 302, code=[one, two, foreign],
        account=people.officer, agency="so-y-te",
    )  # fmt: skip
    assert [read(code).state for code in (one, two, foreign)] == [
        "assigned", "assigned", "received"
    ]  # fmt: skip


def test_from_the_page_an_answer_goes_out_in_two_hands(people: People, ask: Any):
    code = make.received(people.health["id"], email="a@example.vn").code
    address = f"/feedback/{code}/handle"
    page = ask("officer", address)
    assert "a@example.vn" in page.get_text()
    assert page.select_one('a.why[href*="/deadline?kind=feedback"]')
    refused = ask(
        "officer", f"{address}/answer_submit", 409, text="Đã sửa dòng 5",
        revision="khong-co",
    )  # fmt: skip
    assert refused.find(id="answer-text").get_text() == "Đã sửa dòng 5"
    assert refused.select_one('[role="alert"]')
    ask("officer", f"{address}/answer_submit", 302, text="Đã sửa dòng 5")
    ask("officer", f"{address}/answer_approve", 403, answer="")
    page = ask("leader", address)
    waiting = page.find("input", {"name": "answer"})["value"]
    ask("leader", f"{address}/answer_approve", 302, answer=waiting)
    assert read(code).state == "answered"
    page = ask("officer", address)
    assert not page.find(id="answer-text")
    ask("officer", f"{address}/khong-co", 404, text="x")


def test_an_agency_that_was_asked_answers_on_the_page(people: People, ask: Any):
    code = make.received(people.health["id"], email="a@example.vn").code
    address = f"/feedback/{code}/handle"
    ask("officer", f"{address}/coordinate", 302, agency="so-noi-vu", text="Xin số liệu")
    page = ask("other_officer", address)
    assert "a@example.vn" not in page.get_text()
    assert page.find(id="contribute-text")
    ask("other_officer", f"{address}/contribute", 302, text="Ba xã A, B, C")
    assert model.Session.query(Contribution).one().text == "Ba xã A, B, C"
    ask("officer", f"{address}/forward", 302, agency="so-noi-vu", reason="Việc của Sở")
    ask("officer", address, 403)


def test_saved_answers_are_the_agencys_own(people: People, ask: Any):
    code = make.received(people.health["id"]).code
    saved = f"{INBOX}/saved"
    ask("officer", saved, 302, title="Đã sửa", text="Dữ liệu đã được sửa.")
    ask("officer", saved, 302, title="Đã sửa", text="Dữ liệu đã được sửa lại.")
    refused = ask("officer", saved, 409, title="x" * 201, text="Giữ lại")
    assert refused.find(id="saved-text").get_text() == "Giữ lại"
    row = model.Session.query(SavedAnswer).one()
    page = ask("officer", f"/feedback/{code}/handle?saved={row.id}")
    assert page.find(id="answer-text").get_text() == "Dữ liệu đã được sửa lại."
    assert "sửa lại" not in ask("other_officer", saved).get_text()
    ask("other_officer", f"{saved}/{row.id}/delete", 404, ok="1")
    for who in ("leader", "auditor", None):
        ask(who, saved, 403)
    ask("officer", f"{saved}/{row.id}/delete", 302, ok="1")
    assert model.Session.query(SavedAnswer).count() == 0
