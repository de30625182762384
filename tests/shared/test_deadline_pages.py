# A test that meets None instead of an element fails by itself.
# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false
"""Anyone sees why a date is that date; the operator keeps the days off."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from ckan.tests import factories
from ckanext.sonla.shared.due_dates import sonla_due

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")
SATURDAY = {"date": "2027-01-16", "kind": "working", "name": "Làm bù"}


def _page(app, address, **options):
    answer = app.get(address, **options)
    return answer, BeautifulSoup(answer.body, "html.parser")


def _as(name):
    return {"Authorization": factories.APIToken(user=name)["token"]}


def test_a_stranger_sees_each_day_from_the_event_to_the_due_date(app):
    answer, page = _page(app, "/vi/deadline?kind=quarterly_update&year=2027&quarter=1")
    assert "Set-Cookie" not in answer.headers
    assert "Thứ Hai, 18/01/2027" in page.find(id="answer").text
    steps = page.select(".day-steps li")
    assert len(steps) == 19
    assert len(page.select(".day-steps li.counted")) == 15
    assert "không tính" in steps[0].text
    assert "Thứ Bảy" in steps[-3].text
    due = page.select_one(".month__day--due time")
    assert due["datetime"] == "2027-01-18"
    assert page.select_one(".month__day--target time")["datetime"] == "2027-01-15"
    assert "khoản 4 điều 8" in page.text.lower()


QUESTIONS = [
    "kind=feedback&start=2026-02-06",
    "kind=change_update&start=2026-11-14",
    "kind=period_update&data_period=2028-02",
    "kind=quarterly_update&year=2026&quarter=4",
]


def test_every_kind_of_deadline_has_its_answer(app):
    for question in QUESTIONS:
        _answer, page = _page(app, f"/deadline?{question}")
        assert page.find(id="answer"), question


def test_policy_on_the_target_day_is_explained_too(app, ckan_config, monkeypatch):
    monkeypatch.setitem(ckan_config, "sonla.policy.due_on_target_day", True)
    _answer, page = _page(app, "/deadline?kind=quarterly_update&year=2027&quarter=1")
    assert page.select_one(".month__day--due time")["datetime"] == "2027-01-15"


def test_the_bare_address_asks_and_counts_nothing_yet(app):
    _answer, page = _page(app, "/deadline")
    assert page.find(id="answer") is None
    assert page.select_one("form select[name=quarter]")


WRONG = [
    ("kind=feedback&start=06/02/2026", 400, "start"),
    ("kind=feedback&start=", 400, "start"),
    ("kind=quarterly_update&year=2027", 400, "quarter"),
    ("kind=quarterly_update&year=0&quarter=1", 400, "year"),
    ("kind=period_update&data_period=2026-Q9", 400, "data_period"),
    ("kind=publish_by&entry=KHONG-CO", 404, "entry"),
]


def test_what_makes_no_sense_is_said_beside_its_field_and_kept(app):
    for question, status, field in WRONG:
        answer, page = _page(app, f"/deadline?{question}", status=status)
        assert page.find(id=f"error-{field}"), question
        assert answer.status_code == status
    _answer, page = _page(app, "/deadline?kind=feedback&start=mai", status=400)
    assert page.find(id="field-start")["value"] == "mai"
    app.get("/deadline?kind=other", status=404)


def test_a_date_on_a_page_leads_to_its_explanation(app):
    with app.flask_app.test_request_context("/vi/"):
        told = sonla_due("2027-01-18", kind="period_update", data_period="2026")
        bare = sonla_due("2027-01-18")
    found = BeautifulSoup(told, "html.parser")
    assert found.time["datetime"] == "2027-01-18"
    assert found.time.text == "18/01/2027"
    _answer, page = _page(app, found.a["href"])
    assert page.select_one(".month__day--due time")["datetime"] == "2027-01-18"
    assert "<a" not in bare


def test_anyone_reads_the_days_off_and_only_operators_get_the_form(app, agency_staff):
    _answer, page = _page(app, "/vi/calendar?year=2026")
    assert "24/11/2026" in page.find("ul", class_="days-list").text
    assert len(page.select("table.month")) == 12
    assert not page.select("form[action$='/calendar']")
    for role in ("officer", "leader", "auditor"):
        _answer, page = _page(
            app, "/calendar?year=2026", headers=_as(agency_staff[role])
        )
        assert not page.select("form[action$='/calendar']"), role
        app.post(
            "/calendar", data=SATURDAY, headers=_as(agency_staff[role]), status=403
        )
    app.post("/calendar", data=SATURDAY, status=403)


def test_an_operator_enters_a_day_and_takes_it_out_again(app, agency_staff):
    operator = _as(agency_staff["operator"])
    kept = BeautifulSoup(
        app.post("/calendar", data=SATURDAY, headers=operator).body, "html.parser"
    )
    assert kept.select_one(".alert-success")
    _answer, page = _page(app, "/deadline?kind=quarterly_update&year=2027&quarter=1")
    assert page.select_one(".month__day--due time")["datetime"] == "2027-01-16"
    taken = kept.select_one("form[action$='/calendar/unset']")
    assert taken.find("input", {"name": "date"})["value"] == SATURDAY["date"]
    app.post("/calendar/unset", data={"date": SATURDAY["date"]}, headers=operator)
    _answer, page = _page(app, "/deadline?kind=quarterly_update&year=2027&quarter=1")
    assert page.select_one(".month__day--due time")["datetime"] == "2027-01-18"
    app.post(
        "/calendar/unset",
        data={"date": SATURDAY["date"]},
        headers=operator,
        status=404,
    )


def test_a_wrong_day_is_refused_beside_its_field_and_what_was_typed_stays(
    app, agency_staff
):
    operator = _as(agency_staff["operator"])
    wrong = {**SATURDAY, "date": "16/01/2027"}
    answer = app.post("/calendar", data=wrong, headers=operator, status=409)
    page = BeautifulSoup(answer.body, "html.parser")
    assert page.find(id="error-date")
    assert page.find(id="field-name")["value"] == SATURDAY["name"]
    app.get("/calendar?year=1", status=400)
    app.get("/calendar?year=x", status=400)


def test_the_words_of_the_calendar_are_the_readers(app):
    for address, word in (
        ("/vi/calendar?year=2026", "Tháng 11"),
        ("/en/calendar?year=2026", "November 2026"),
    ):
        _answer, page = _page(app, address)
        captions = [one.text for one in page.select("table.month caption")]
        assert any(re.match(word, caption) for caption in captions)
