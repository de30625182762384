"""The inbox and the inside page: links and forms, each for who may use it."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from sqlalchemy import event
from werkzeug.datastructures import FileStorage

from ckan import model
from ckanext.sonla.feedback.handling import inbox
from ckanext.sonla.feedback.handling.model import SavedAnswer
from ckanext.sonla.feedback.model import Contribution
from ckanext.sonla.feedback.reading import counting
from ckanext.sonla.shared import clock
from tests.factories import feedback as make
from tests.factories import sending
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


def test_an_inbox_of_many_asks_the_database_as_often_as_one_of_few(people: People):
    asked: list[str] = []

    def look(*args: Any) -> None:
        asked.append(args[2])

    def questions() -> int:
        asked.clear()
        people.do("officer", "inbox_list", "")
        return len(asked)

    make.received(people.health["id"])
    questions()
    event.listen(sa.Engine, "before_cursor_execute", look)
    try:
        few = questions()
        for _ in range(4):
            make.received(people.health["id"])
        assert questions() == few
    finally:
        event.remove(sa.Engine, "before_cursor_execute", look)


def test_of_one_day_who_has_waited_longest_comes_first(people: People):
    morning = clock.now() - timedelta(days=40)
    made = [
        make.received(people.health["id"], morning + timedelta(minutes=minute)).code
        for minute in (3, 1, 2)
    ]
    found: list[str] = []
    after: dict[str, str] = {}
    while len(found) < len(made):
        page = people.do("officer", "inbox_list", "", limit=1, **after)
        found += [one["code"] for one in page["results"]]
        after = {"after": page.get("next", "")}
    assert found == [made[1], made[2], made[0]]


def test_all_are_counted_and_what_is_looked_for_as_far_as_anybody_works(
    people: People, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(inbox, "COUNTED", 2)
    ours = [make.received(people.health["id"]).code for _ in range(3)]
    theirs = make.received(people.home["id"]).code
    answered(people, make.received(people.health["id"]).code)
    people.do(
        "other_officer", "coordinate", theirs, agency="so-y-te", text="Xin số liệu"
    )
    for folded in (False, True):
        if folded:
            counting.fold()
        for asked, count, capped in (
            ({}, 4, False), ({"state": "received"}, 3, False),
            ({"state": "closed"}, 1, False), ({"kind": "format"}, 0, False),
            ({"only": "overdue"}, 0, False),
        ):  # fmt: skip
            found = people.do("officer", "inbox_list", "", **asked)
            assert (found["count"], found["count_capped"]) == (count, capped), asked
        everybody = people.do("operator", "inbox_list", "")
        assert everybody["count"] == len(ours) + 1
    for code in ours:
        people.do("officer", "assign", code)
    mine = people.do("officer", "inbox_list", "", only="mine")
    assert (mine["count"], mine["count_capped"]) == (2, True)


def test_what_was_set_aside_waits_for_no_leader(people: People, ask: Any):
    code = make.received(people.health["id"], moderation="held").code
    people.do("officer", "answer_submit", code, text="Đã sửa")
    badge = "a[href$='/feedback/inbox'] .badge"
    assert ask("leader", INBOX).select_one(badge)
    people.do("operator", "moderate", code, decision="refuse", reason="Quảng cáo")
    assert not ask("leader", INBOX).select_one(badge)
    people.do("operator", "moderate", code, decision="accept")
    assert ask("leader", INBOX).select_one(badge), "what was proposed waits again"


def test_the_inside_page_has_the_file_and_what_became_of_it(people: People, ask: Any):
    told = sending.send(
        agency="so-y-te",
        attachment=FileStorage(io.BytesIO("Xã,Số\nA,1\n".encode()), "bảng.csv"),
    )
    code = told["code"]
    people.do("officer", "assign", code)
    people.do("officer", "pause", code, reason="Chờ số liệu")
    address = f"/vi/feedback/{code}/handle"
    page = ask("officer", address)
    file = page.select_one(f"a[href$='/feedback/attachment/{code}']")
    assert file.get_text() == "bảng.csv"
    assert ask("officer", file["href"])
    steps = [one.get_text(strip=True) for one in page.select(".timeline h3")]
    assert steps == ["Đã tiếp nhận", "Đã phân công", "Tạm dừng xử lý"]
    shown = people.do("officer", "inbox_show", code)
    assert people.officer not in str(shown["timeline"])


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
