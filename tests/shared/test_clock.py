"""Periods and instants, in the province's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.sonla.shared import clock

DAYS = st.dates(date(1901, 1, 1), date(2098, 12, 31))
KINDS = st.sampled_from(["year", "half", "quarter", "month"])


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-H2", date(2026, 7, 1), date(2027, 1, 1)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 10, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_a_period_is_read_and_written_alike(text, first, after):
    period = clock.parse_period(text)
    assert (period.first, period.after, str(period)) == (first, after, text)


@pytest.mark.parametrize(
    "text", ["", "26", "2026-Q5", "2026-13", "2026-9", "2026-Q3 ", "0001", "9999-12"]
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError):
        clock.parse_period(text)


@given(day=DAYS, kind=KINDS)
def test_periods_of_a_kind_follow_without_gap_or_overlap(day, kind):
    period = clock.period_of(day, kind)
    assert period.first <= day <= period.last
    assert period.next().first == period.last + timedelta(days=1)
    assert period.next().previous() == period
    assert clock.parse_period(str(period)) == period


def test_a_day_ends_at_midnight_in_the_province():
    assert clock.iso_z(clock.end_of(date(2026, 10, 16))) == "2026-10-16T17:00:00Z"


def test_an_instant_late_in_the_utc_day_belongs_to_the_provinces_next_day():
    instant = datetime(2026, 2, 5, 17, 30, tzinfo=UTC)
    assert clock.local_date(instant) == date(2026, 2, 6)


def test_a_history_is_told_at_its_own_time_and_time_goes_on_in_it():
    before = datetime.now(UTC)
    then = before - timedelta(days=40)
    with clock.at(then):
        first = clock.now()
        assert timedelta() <= first - then < timedelta(minutes=1)
        assert clock.now() >= first
    assert clock.now() >= before


def test_nobody_acts_in_the_future():
    with (
        pytest.raises(ValueError, match="not come yet"),
        clock.at(datetime.now(UTC) + timedelta(hours=1)),
    ):
        pass
