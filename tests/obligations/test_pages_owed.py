# A test that meets None instead of an element fails by itself.
# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false
"""An agency's page: every line says what, by when and why, and offers one thing."""

from __future__ import annotations

import pytest

from tests.factories import approval
from tests.factories import obligations as make
from tests.factories.approval import act

from .callers import key, page

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def office():
    return make.office(title="Sở Giáo dục và Đào tạo", agency_kind="department")


@pytest.fixture
def entry(office):
    with make.at("2026-05-20 09:00"):
        return make.entry(office, title="Trường tiểu học")


def _page(app, name, address="/vi/obligations", status=200):
    return page(app, name, address, status)


def test_each_line_says_what_by_when_and_why(app, office, entry):
    with make.at("2026-10-05 09:00"):
        make.run()
        shown = _page(app, office.officer)
        due = shown.select_one("#due .owed__line")
        assert "Trường tiểu học" in due.h3.text
        assert entry["code"] in due.text
        assert "Quý III năm 2026" in due.text
        assert "Ngày mục tiêu: 15/10/2026" in due.text
        assert due.time["datetime"] == "2026-10-16"
        assert "còn 11 ngày" in due.text
        why = _page(app, None, due.select_one("a.why")["href"])
        assert why.select_one(".month__day--due time")["datetime"] == "2026-10-16"


def test_an_officer_without_a_dataset_begins_one_for_the_entry(app, office, entry):
    with make.at("2026-10-05 09:00"):
        make.run()
        shown = _page(app, office.officer)
        address = shown.select_one("#due .owed__do a")["href"]
        assert "/dataset/new" in address
        form = _page(app, office.officer, address)
        chosen = form.select_one("[name=catalogue_entry] option[selected]")
        assert chosen["value"] == entry["code"]


def test_an_officer_updates_or_says_that_nothing_changed(app, office, entry):
    with make.at("2026-07-05 09:00"):
        make.run()
        drafted = approval.draft(office, catalogue_entry=entry["code"])
        revision = approval.submit(office, drafted, data_period="2026-Q2")
        approval.approve(office, revision)
    with make.at("2026-10-05 09:00"):
        make.run()
        shown = _page(app, office.officer)
        update, confirm = shown.select("#due .owed__do form")
        answer = app.post(
            confirm["action"],
            data={
                "data_period": confirm.find("input", {"name": "data_period"})["value"]
            },
            headers=key(office.officer),
            follow_redirects=False,
        )
        assert answer.status_code == 302
        make.run()
        assert shown.select_one("#waiting") is None
        waiting = _page(app, office.leader).select_one("#waiting .owed__line")
        assert waiting.select_one("a.btn-primary")["href"].startswith("/vi/revision/")
        assert update["action"].endswith("/revision")


def test_opening_an_update_from_a_line_opens_the_revision(app, office, entry):
    with make.at("2026-07-05 09:00"):
        make.run()
        drafted = approval.draft(office, catalogue_entry=entry["code"])
        revision = approval.submit(office, drafted, data_period="2026-Q2")
        approval.approve(office, revision)
    with make.at("2026-10-05 09:00"):
        make.run()
        update = _page(app, office.officer).select("#due .owed__do form")[0]
        app.post(update["action"], headers=key(office.officer), follow_redirects=False)
        go_on = _page(app, office.officer).select("#due .owed__do")[0]
        assert not go_on.select("form")
        assert go_on.a["href"].startswith("/vi/revision/")


def test_the_leader_reads_what_waits_first_and_edits_nothing(app, office, entry):
    with make.at("2026-10-05 09:00"):
        make.run()
        drafted = approval.draft(office, catalogue_entry=entry["code"])
        approval.submit(office, drafted, data_period="2026-Q3")
        make.run()
    with make.at("2026-10-08 09:00"):
        shown = _page(app, office.leader)
        assert shown.select("section[id]")[0]["id"] == "waiting"
        assert "ở lãnh đạo duyệt 3 ngày" in shown.select_one("#waiting").text
        assert not shown.select(".owed__do form")
        assert "/dataset/new" not in str(shown.select(".owed__do"))


def test_what_came_stands_in_the_past_with_its_days(app, office, entry):
    with make.at("2026-10-05 00:00"):
        make.run()
        drafted = approval.draft(office, catalogue_entry=entry["code"])
        revision = approval.submit(office, drafted, data_period="2026-Q3")
    with make.at("2026-10-07 00:00"):
        approval.approve(office, revision)
        done = _page(app, office.officer).select_one("#done")
        assert "Đúng hạn" in done.text
        assert "Ở cán bộ tổng hợp 4 ngày, ở lãnh đạo duyệt 2 ngày" in done.text
        assert not done.select(".owed__do")


def test_the_past_shows_its_newest_lines_and_the_way_to_the_others(
    app, office, entry, monkeypatch
):
    monkeypatch.setattr("ckanext.sonla.obligations.pages.owing.MOST_DONE", 1)
    operator = make.operator()
    with make.at("2027-01-05 09:00"):
        make.run()
        for one in make.owed(operator)[:2]:
            act(operator, "sonla_obligation_excuse", id=one["id"], reason="Lũ quét")
        done = _page(app, office.officer).select_one("#done")
        [line] = done.select(".owed__line")
        assert "Quý IV năm 2026" in line.text
        assert "(2)" in done.summary.text
        assert done.select(f"p a[href*='agency={office.name}']")


def test_nobody_reads_how_another_agency_stands_now(app, office, entry):
    operator, other = make.operator(), make.office(agency_kind="department")
    with make.at("2026-10-20 09:00"):
        make.run()
        address = f"/vi/obligations?agency={office.name}"
        for name in (other.officer, other.leader, None):
            _page(app, name, address, status=403)
        shown = _page(app, operator, address)
        assert "Quá hạn" in shown.select_one("#missing").text
        assert not shown.select(".owed__do")
        _page(app, operator, "/vi/obligations?agency=khong-co", status=404)


def test_the_menu_and_the_inbox_lead_there(app, office, entry):
    with make.at("2026-10-05 09:00"):
        make.run()
        inbox = _page(app, office.officer, "/vi/inbox")
        menu = inbox.select_one(".portal-account a[href$='/obligations']")
        assert "1" in menu.select_one(".badge").text
        assert inbox.select_one(".inbox-ways a[href$='/obligations']")


def test_a_closed_agency_or_nothing_owed_is_no_error(app, office):
    assert "Không có nghĩa vụ" in _page(app, office.officer).text
