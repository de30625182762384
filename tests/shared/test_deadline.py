"""Days are counted by articles 147 and 148 of the Civil Code 2015."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.sonla.shared import calendar, clock
from ckanext.sonla.shared.deadline import Day, deadline, fixed, quarterly, roll_over

WORKED = {
    date(2026, 2, 6): date(2026, 2, 23),
    date(2026, 4, 17): date(2026, 4, 28),
    date(2026, 11, 14): date(2026, 11, 25),
}
DAYS = st.dates(date(2000, 1, 1), date(2095, 12, 31))
LENGTHS = st.integers(0, 60)


@pytest.fixture
def vietnam():
    return calendar.over({})


@pytest.mark.parametrize(("received", "due"), WORKED.items())
def test_feedback_is_due_ten_days_after_receipt_or_on_the_next_working_day(
    vietnam, received, due
):
    assert deadline(received, 10, vietnam).due == due


@pytest.mark.parametrize(
    ("quarter", "due"),
    [("2026-Q4", date(2026, 10, 16)), ("2027-Q1", date(2027, 1, 18))],
)
def test_a_quarters_update_is_due_fifteen_days_after_its_first_day(
    vietnam, quarter, due
):
    period = clock.parse_period(quarter)
    found = quarterly(period, 15, vietnam, on_target=False)
    assert (found.due, found.target) == (due, period.first + timedelta(days=14))


def test_policy_can_make_the_fifteenth_itself_the_due_date(vietnam):
    period = clock.parse_period("2026-Q4")
    found = quarterly(period, 15, vietnam, on_target=True)
    assert found.due == found.target == date(2026, 10, 15)


def test_a_make_up_saturday_is_a_working_day(vietnam):
    assert vietnam(date(2026, 8, 22)).working
    assert not vietnam(date(2026, 8, 29)).working


def test_the_operators_table_has_the_last_word():
    saturday, monday = date(2027, 1, 16), date(2027, 1, 18)
    by_hand = calendar.over(
        {saturday: ("working", "Làm bù"), monday: ("holiday", "Nghỉ bù")}
    )
    assert deadline(date(2027, 1, 1), 15, by_hand).due == saturday
    assert roll_over(monday, by_hand)[0] == date(2027, 1, 19)


def test_a_date_that_a_decision_names_rolls_over_too(vietnam):
    assert fixed(date(2026, 11, 24), vietnam).due == date(2026, 11, 25)


@given(start=DAYS, days=LENGTHS)
def test_the_last_day_is_a_working_day_and_never_early(start, days):
    days_off = calendar.over({})
    found = deadline(start, days, days_off)
    assert found.due >= start + timedelta(days=days)
    assert days_off(found.due).working
    skipped = (found.due - start).days - days
    assert all(
        not days_off(start + timedelta(days=days + extra)).working
        for extra in range(skipped)
    )


@given(start=DAYS, days=LENGTHS)
def test_a_later_event_or_a_longer_period_is_never_due_earlier(start, days):
    days_off = calendar.over({})
    due = deadline(start, days, days_off).due
    assert deadline(start + timedelta(days=1), days, days_off).due >= due
    assert deadline(start, days + 1, days_off).due >= due


@given(start=DAYS, days=LENGTHS)
def test_the_steps_explain_every_day_from_the_event_to_the_due_date(start, days):
    found = deadline(start, days, calendar.over({}))
    dates = sorted({step.day for step in found.steps})
    assert dates[0] == start
    assert dates[-1] == found.due
    assert len(dates) == (found.due - start).days + 1
    assert sum(step.counted for step in found.steps) == days
    assert not found.steps[0].counted


@given(start=DAYS)
def test_a_calendar_without_days_off_adds_nothing(start):
    assert deadline(start, 10, lambda _day: Day(True)).due == start + timedelta(days=10)
