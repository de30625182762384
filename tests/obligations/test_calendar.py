# A test that meets None instead of an element fails by itself.
# pyright: reportOptionalMemberAccess=false
"""A change of the calendar moves what is open, says so, and nothing else."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from tests.factories import approval
from tests.factories import obligations as make
from tests.factories.approval import act
from tests.obligations.test_settling import submitted

from .callers import key

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def office():
    return make.office(agency_kind="department")


@pytest.fixture
def entry(office):
    with make.at("2026-05-20 09:00"):
        make.entry(office, "monthly", code="DL-THANG")
        return make.entry(office)


def test_a_holiday_added_for_yesterday_moves_what_was_due_then(office, entry):
    operator = make.operator()
    with make.at("2026-10-17 09:00"):
        make.run()
        assert make.standing(operator, period="2026-Q3") == [("2026-Q3", "missing")]
        told = act(
            operator, "sonla_calendar_set",
            date="2026-10-16", kind="holiday", name="Nghỉ bù",
        )  # fmt: skip
        # 17 and 18 October are a Saturday and a Sunday.
        assert told["moved"] == [
            {"object": "obligation", "of": of, "from": "2026-10-16",
             "to": "2026-10-19", "count": 1}
            for of in ("2026-09", "2026-Q3")
        ]  # fmt: skip
        assert make.standing(operator, period="2026-Q3") == [("2026-Q3", "due")]
        [event] = act(operator, "sonla_event_list", name="calendar.set")["results"]
        assert event["data"]["moved"] == told["moved"]
        back = act(operator, "sonla_calendar_unset", date="2026-10-16")
        assert [one["to"] for one in back["moved"]] == ["2026-10-16", "2026-10-16"]
        assert make.standing(operator, period="2026-Q3") == [("2026-Q3", "missing")]


def test_the_calendars_page_tells_which_due_dates_its_change_moved(app, office, entry):
    operator = make.operator()
    with make.at("2026-10-05 09:00"):
        make.run()
        day = {"date": "2026-10-16", "kind": "holiday", "name": "Nghỉ bù"}
        answer = app.post("/vi/calendar", data=day, headers=key(operator))
        moved = BeautifulSoup(answer.body, "html.parser").select_one(".alert").text
        words = " ".join(moved.split())
        for period in ("Quý III năm 2026", "Tháng 9 năm 2026"):
            assert period in words
        assert "16/10/2026" in words
        assert "19/10/2026" in words
        assert [one["due"] for one in make.owed(period="2026-Q3")] == ["2026-10-19"]
        nothing = {"date": "2026-02-02", "kind": "holiday", "name": "Nghỉ"}
        answer = app.post("/vi/calendar", data=nothing, headers=key(operator))
        told = BeautifulSoup(answer.body, "html.parser").select_one(".alert").text
        assert "16/10/2026" not in told


def test_what_was_met_keeps_the_due_date_of_its_time(office, entry):
    operator = make.operator()
    with make.at("2026-10-16 09:00"):
        make.run()
        revision = submitted(office, entry, "2026-Q3")
    with make.at("2026-10-17 09:00"):
        approval.approve(office, revision)
        act(
            operator, "sonla_calendar_set",
            date="2026-10-16", kind="holiday", name="Nghỉ bù",
        )  # fmt: skip
        [met] = make.owed(operator, period="2026-Q3")
        assert (met["due"], met["status"]) == ("2026-10-16", "late")


def test_another_way_of_counting_moves_what_is_open_with_the_next_tick(
    office, entry, ckan_config, monkeypatch
):
    with make.at("2026-10-05 09:00"):
        make.run()
        monkeypatch.setitem(ckan_config, "sonla.policy.due_on_target_day", True)
        make.run()
        assert [one["due"] for one in make.owed(period="2026-Q3")] == ["2026-10-15"]
