"""A deadline can be explained to anyone."""

from __future__ import annotations

import pytest

import ckan.plugins.toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import call_action

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")
ANYONE = {"user": "", "ignore_auth": False}


def explain(**data):
    return call_action("sonla_deadline_explain", dict(ANYONE), **data)


def test_anyone_learns_when_feedback_is_due_and_why():
    told = explain(kind="feedback", start="2026-02-06")
    assert (told["start"], told["due"]) == ("2026-02-06", "2026-02-23")
    assert told["due_at"] == "2026-02-23T17:00:00Z"
    assert not told["steps"][0]["counted"]
    assert "Lunar New Year" in " ".join(step["why"] for step in told["steps"])


def test_an_instant_counts_from_its_day_in_the_province():
    told = explain(kind="feedback", start="2026-11-13T18:00:00Z")
    assert (told["start"], told["due"]) == ("2026-11-14", "2026-11-25")


def test_the_quarterly_update_names_its_target_and_its_period():
    told = explain(kind="quarterly_update", year=2026, quarter=4)
    assert told["due"] == "2026-10-16"
    assert told["target"] == "2026-10-15"
    assert told["data_period"] == "2026-Q3"


@pytest.mark.ckan_config("sonla.policy.due_on_target_day", True)
def test_policy_makes_the_target_the_due_date():
    told = explain(kind="quarterly_update", year=2026, quarter=4)
    assert told["due"] == told["target"] == "2026-10-15"


def test_another_cycle_is_due_after_its_period():
    told = explain(kind="period_update", data_period="2026")
    assert (told["start"], told["due"]) == ("2027-01-01", "2027-01-18")


NONSENSE = [
    ({}, "kind"),
    ({"kind": "other"}, "kind"),
    ({"kind": "feedback"}, "start"),
    ({"kind": "feedback", "start": "06/02/2026"}, "start"),
    ({"kind": "feedback", "start": "9999-12-31"}, "start"),
    ({"kind": "feedback", "start": "0001-01-01T00:00:00+14:00"}, "start"),
    ({"kind": "feedback", "start": ["2026-01-01"]}, "start"),
    ({"kind": "quarterly_update", "year": 2026}, "quarter"),
    ({"kind": "quarterly_update", "year": 2026, "quarter": 5}, "quarter"),
    ({"kind": "quarterly_update", "year": 10**30, "quarter": 1}, "year"),
    ({"kind": "period_update", "data_period": "2026-Q9"}, "data_period"),
    ({"kind": "publish_by"}, "entry"),
]


def test_what_makes_no_sense_is_refused_with_its_field():
    for data, field in NONSENSE:
        with pytest.raises(tk.ValidationError) as refused:
            explain(**data)
        assert field in refused.value.error_dict, data


def test_an_operator_keeps_the_calendar_and_nobody_else(agency_staff):
    day = {"date": "2027-01-16", "kind": "working", "name": "Làm bù"}
    others = ("officer", "leader", "auditor")
    for name in (*(agency_staff[role] for role in others), factories.User()["name"]):
        context = {"user": name, "ignore_auth": False}
        with pytest.raises(tk.NotAuthorized):
            call_action("sonla_calendar_set", context, **day)
        with pytest.raises(tk.NotAuthorized):
            call_action("sonla_calendar_unset", context, date=day["date"])
    operator = {"user": agency_staff["operator"], "ignore_auth": False}
    call_action("sonla_calendar_set", dict(operator), **day)
    told = explain(kind="quarterly_update", year=2027, quarter=1)
    assert told["due"] == "2027-01-16"
    listed = call_action("sonla_calendar_list", dict(ANYONE), year=2027)
    assert {**day, "source": "operator"} in listed["results"]
    call_action("sonla_calendar_unset", dict(operator), date=day["date"])
    told = explain(kind="quarterly_update", year=2027, quarter=1)
    assert told["due"] == "2027-01-18"
    with pytest.raises(tk.ObjectNotFound):
        call_action("sonla_calendar_unset", dict(operator), date=day["date"])


def test_the_calendar_of_a_year_lists_holidays_and_make_up_days():
    listed = call_action("sonla_calendar_list", dict(ANYONE), year="2026")
    days = {day["date"]: day["kind"] for day in listed["results"]}
    assert days["2026-11-24"] == "holiday"
    assert days["2026-08-22"] == "working"


def test_the_api_answers_in_the_callers_language(app):
    path = "/api/3/action/sonla_deadline_explain?kind=feedback&start=2026-02-06"

    def why(prefix: str, **headers: str) -> str:
        steps = app.get(prefix + path, headers=headers).json["result"]["steps"]
        return steps[0]["why"]

    vietnamese, english = "Ngày xảy ra sự kiện", "The day of the event"
    assert why("", **{"Accept-Language": "vi-VN,vi;q=0.9,en;q=0.5"}).startswith(
        vietnamese
    )
    assert why("", **{"Accept-Language": "en"}).startswith(english)
    assert why("", **{"Accept-Language": "tlh"}).startswith(english)
    assert why("/vi", **{"Accept-Language": "en"}).startswith(vietnamese)
