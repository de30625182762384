"""What must hold of every deadline, over decades and any table of days off."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.sonla.shared import calendar, clock
from ckanext.sonla.shared.deadline import deadline, fixed, quarterly

FIRST, LAST = date(2020, 1, 1), date(2049, 12, 31)
DAYS = st.dates(FIRST, LAST)
DATED_KINDS = st.sampled_from(["year", "half", "quarter", "month"])
# A year that a province could announce: some days off, some Saturdays worked.
TABLES = st.dictionaries(
    st.dates(FIRST, LAST + timedelta(days=120)),
    st.tuples(st.sampled_from(calendar.KINDS), st.just("Theo thông báo")),
    max_size=60,
)
# Days off in a row right where a count ends.
ROWS = st.tuples(st.integers(0, 12), st.integers(1, 20))

# The table of `regulation.md`: what is counted, and its due date.
WORKED = [
    ("2026-02-06", 10, "2026-02-16", "2026-02-23"),
    ("2026-04-17", 10, "2026-04-27", "2026-04-28"),
    ("2026-11-14", 10, "2026-11-24", "2026-11-25"),
    ("2026-10-01", 15, "2026-10-16", "2026-10-16"),
    ("2027-01-01", 15, "2027-01-16", "2027-01-18"),
]


@pytest.mark.parametrize(("start", "days", "raw_end", "due"), WORKED)
def test_the_worked_examples_of_the_regulation(start, days, raw_end, due):
    """Each row's raw end is its last counted day, and its due date the last step."""
    found = deadline(date.fromisoformat(start), days, calendar.over({}))
    counted = [step.day for step in found.steps if step.counted]
    assert counted[-1] == date.fromisoformat(raw_end)
    assert found.due == found.steps[-1].day == date.fromisoformat(due)


def test_every_start_of_thirty_years_ends_on_a_working_day_and_in_order():
    """Each single day from 2020 to 2049, with both lengths that the regulation has."""
    days_off = calendar.over({})
    for days in (10, 15):
        before = date.min
        for ordinal in range(FIRST.toordinal(), LAST.toordinal() + 1):
            due = deadline(date.fromordinal(ordinal), days, days_off).due
            assert days_off(due).working
            assert due >= before
            before = due


@given(start=DAYS, days=st.integers(0, 45), table=TABLES)
def test_an_operators_table_never_makes_a_deadline_end_on_a_day_off(start, days, table):
    days_off = calendar.over(table)
    found = deadline(start, days, days_off)
    assert days_off(found.due).working
    _adds_up(found, days)


@given(start=DAYS, days=st.integers(0, 45), table=TABLES, later=st.integers(1, 90))
def test_under_any_table_a_later_event_is_never_due_earlier(start, days, table, later):
    days_off = calendar.over(table)
    due = deadline(start, days, days_off).due
    assert deadline(start + timedelta(days=later), days, days_off).due >= due


@given(start=DAYS, row=ROWS)
def test_days_off_in_a_row_put_a_deadline_after_them_and_no_further(start, row):
    """The row covers the raw end: due is the first working day behind it."""
    before, length = row
    raw_end = start + timedelta(days=10)
    first = raw_end - timedelta(days=min(before, length - 1))
    table = {
        first + timedelta(days=number): (calendar.HOLIDAY, "Nghỉ")
        for number in range(length)
    }
    days_off = calendar.over(table)
    found = deadline(start, 10, days_off)
    expected = first + timedelta(days=length)
    while not days_off(expected).working:
        expected += timedelta(days=1)
    assert found.due == expected
    _adds_up(found, 10)


@given(day=DAYS, kind=DATED_KINDS, table=TABLES)
def test_the_update_of_any_period_is_due_in_the_next_one_and_in_its_order(
    day, kind, table
):
    days_off = calendar.over(table)
    period = clock.period_of(day, kind)
    found = deadline(period.after, 15, days_off)
    assert found.due >= period.after + timedelta(days=15)
    assert days_off(found.due).working
    assert deadline(period.next().after, 15, days_off).due >= found.due
    _adds_up(found, 15)


@given(day=DAYS, table=TABLES, on_target=st.booleans())
def test_a_quarters_target_is_its_fifteenth_and_never_after_the_due_date(
    day, table, on_target
):
    quarter = clock.period_of(day, "quarter")
    found = quarterly(quarter, 15, calendar.over(table), on_target=on_target)
    assert found.target == quarter.first.replace(day=15)
    assert found.target is not None
    assert found.target <= found.due
    if not on_target:
        _adds_up(found, 15)


@given(day=DAYS, table=TABLES)
def test_a_day_that_a_decision_names_moves_only_off_days_off(day, table):
    days_off = calendar.over(table)
    found = fixed(day, days_off)
    assert (found.due == day) == days_off(day).working
    assert days_off(found.due).working
    dates = sorted({step.day for step in found.steps})
    assert not dates or (dates[0], dates[-1]) == (day, found.due)


@pytest.mark.parametrize("year", range(2020, 2050))
def test_february_ends_a_month_with_its_last_day_and_the_next_begins_the_count(year):
    february = clock.parse_period(f"{year}-02")
    leap = year % 4 == 0
    assert february.last == date(year, 2, 29 if leap else 28)
    found = deadline(february.after, 15, calendar.over({}))
    assert found.start == date(year, 3, 1)
    assert [step.day for step in found.steps if step.counted][-1] == date(year, 3, 16)


def test_an_event_on_the_29th_of_february_is_counted_like_any_other():
    found = deadline(date(2028, 2, 29), 10, calendar.over({}))
    assert found.steps[1].day == date(2028, 3, 1)
    assert found.due == date(2028, 3, 10)


@given(day=DAYS)
def test_the_last_second_of_a_quarter_is_in_it_and_the_next_one_is_not(day):
    """Midnight is the province's: 17:00 UTC of the day before."""
    zone = clock.ZoneInfo("Asia/Ho_Chi_Minh")
    quarter = clock.period_of(day, "quarter")
    midnight = datetime.combine(quarter.after, time(), tzinfo=zone)
    last_second = midnight - timedelta(seconds=1)
    for instant in (last_second, last_second.astimezone(clock.UTC)):
        assert clock.period_of(clock.local_date(instant), "quarter") == quarter
    for instant in (midnight, midnight.astimezone(clock.UTC)):
        assert clock.period_of(clock.local_date(instant), "quarter") == quarter.next()


@given(day=DAYS)
def test_a_day_ends_with_the_instant_that_begins_the_next(day):
    """Approved at 23:59:59 is in time, at 00:00:00 is not."""
    ends = clock.end_of(day)
    assert clock.local_date(ends - timedelta(seconds=1)) == day
    assert clock.local_date(ends) == day + timedelta(days=1)


def _adds_up(found, days):
    """Each day from the event to the due date is explained, in order, none twice."""
    seen = [step.day for step in found.steps]
    assert seen == sorted(seen)
    assert sorted(set(seen)) == [
        found.start + timedelta(days=number)
        for number in range((found.due - found.start).days + 1)
    ]
    counted = [step.day for step in found.steps if step.counted]
    assert counted == [found.start + timedelta(days=n + 1) for n in range(days)]
    assert found.steps[-1].day == found.due
