# A test that meets None instead of an element fails by itself.
# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false
"""Declaring that data has changed, by a form; and taking an excuse back by another."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from tests.factories import approval
from tests.factories import obligations as make
from tests.factories.approval import act

from .callers import key, page

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")
FORM = "/vi/obligations/change"
NOW = "2026-11-08 09:00"


@pytest.fixture
def office():
    return make.office(title="Sở Giáo dục và Đào tạo", agency_kind="department")


@pytest.fixture
def dataset(office):
    with make.at("2026-10-20 09:00"):
        entry = make.entry(office, "on_change")
        revision = approval.published(
            office, catalogue_entry=entry["code"], title="Trường tiểu học"
        )
        # A draft has nothing that could have changed.
        other = make.entry(office, "on_change")
        approval.draft(office, catalogue_entry=other["code"], title="Bản nháp")
        return act(None, "package_show", id=revision["dataset_id"])


def _post(app, name, **form):
    answer = app.post(FORM, data=form, headers=key(name), follow_redirects=False)
    return answer, BeautifulSoup(answer.body, "html.parser")


def test_a_change_is_declared_from_the_datasets_page_without_a_script(
    app, office, dataset
):
    address = f"/vi/dataset/{dataset['name']}"
    assert FORM not in str(page(app, None, address))
    with make.at(NOW):
        for name in (office.officer, office.leader):
            [way] = page(app, name, address).select(f"a[href^='{FORM}']")
            form = page(app, name, way["href"]).select_one("form.panel")
            [chosen] = form.select("option[selected]")
            assert (chosen["value"], chosen.text) == (
                dataset["name"],
                "Trường tiểu học",
            )
            assert form.find("input", {"name": "date"})["max"] == "2026-11-08"
        assert "Bản nháp" not in form.text
        answer, _ = _post(
            app, office.leader, dataset_id=chosen["value"], date="2026-11-05"
        )
        assert answer.status_code == 302
        shown = page(app, office.officer, answer.headers["Location"])
        line = shown.select_one("#due .owed__line")
        assert "Thay đổi ngày 05/11/2026" in line.text
        assert line.time["datetime"] == "2026-11-20"
        assert shown.select(f".actions-row a[href='{FORM}']")


def test_what_the_form_refuses_is_said_at_its_field_and_kept(app, office, dataset):
    with make.at(NOW):
        for date in ("2026-11-09", "2026-10-19", "hôm qua", ""):
            answer, shown = _post(
                app, office.officer, dataset_id=dataset["name"], date=date
            )
            assert answer.status_code == 409
            assert shown.find(id="error-date").text.strip(), date
            assert shown.find(id="change-date")["value"] == date
            assert shown.select("option[selected]")[0]["value"] == dataset["name"]
        answer, shown = _post(app, office.officer, dataset_id="", date="2026-11-05")
        assert answer.status_code == 409
        assert shown.find(id="error-dataset_id")
        answer, _ = _post(app, office.officer, dataset_id="khong-co", date="2026-11-05")
        assert answer.status_code == 404
        assert make.owed(office.officer) == []


def test_nobody_declares_a_change_of_another_agencys_data(app, office, dataset):
    other, operator = make.office(title="Sở Y tế"), make.operator()
    with make.at(NOW):
        shown = page(app, other.officer, f"{FORM}?dataset={dataset['name']}")
        assert "chưa công bố bộ dữ liệu nào" in shown.text
        for name in (None, operator):
            page(app, name, FORM, status=403)
        for name in (None, operator, other.officer, other.leader):
            answer, _ = _post(app, name, dataset_id=dataset["name"], date="2026-11-05")
            assert answer.status_code == 403


def test_who_stands_in_for_the_leader_reads_and_declares_too(app, office, dataset):
    other, operator = make.office(title="Sở Y tế"), make.operator()
    with make.at(NOW):
        act(
            operator,
            "sonla_delegation_create",
            agency=office.name,
            delegate=other.leader,
            until="2026-11-30",
            decision={"number": "56/QĐ-UBND", "date": "2026-11-01"},
        )
        shown = page(app, other.leader, FORM)
        assert "Trường tiểu học" in shown.select_one("form.panel").text
        answer, _ = _post(
            app, other.leader, dataset_id=dataset["name"], date="2026-11-05"
        )
        address = answer.headers["Location"]
        assert address.endswith(f"agency={office.name}")
        shown = page(app, other.leader, address)
        assert "Sở Giáo dục và Đào tạo" in shown.h1.text
        assert "Thay đổi ngày 05/11/2026" in shown.select_one("#due").text
        drawn = page(
            app, other.leader, f"/vi/obligations/calendar?agency={office.name}"
        )
        assert "2026-11-20" in str(drawn)
        assert not drawn.select("#feed")
    with make.at("2026-12-01 09:00"):
        page(app, other.leader, address, status=403)
        page(app, other.leader, FORM)
