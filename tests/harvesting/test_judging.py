"""Which runs publish by themselves: rules that hold for all numbers."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ckanext.sonla.harvesting.standing.judging import Before, Limits, Run, judge

LIMITS = Limits(bad_rows=2, fewer_rows=20, late_days=0)
SCHEMA = {"fields": [{"name": "ma"}, {"name": "ten"}]}
NAMES = ("ma", "ten")
COUNT = st.integers(0, 10**9)
PERCENT = st.floats(0, 100, allow_nan=False)


def run(rows: int = 100, read: int = 100, bad: int = 0, **values: object) -> Run:
    found = Run(read=read, quarantined=bad, rows=rows, columns=NAMES, fields=("id",))
    return replace(found, **values)  # type: ignore[arg-type]


def reasons(a_run: Run, before: int | None = 100, limits: Limits = LIMITS) -> list[str]:
    return judge(a_run, Before(before, NAMES, ("id",)), limits, SCHEMA)


def test_a_run_as_it_was_approved_publishes():
    assert reasons(run()) == []


def test_exactly_at_the_limit_is_inside_and_beyond_it_is_not():
    """2 % bad rows and 20 % fewer are the regulation's example numbers."""
    assert reasons(run(read=100, bad=2)) == []
    assert reasons(run(read=100, bad=3)) == ["bad_rows"]
    assert reasons(run(rows=80)) == []
    assert reasons(run(rows=79)) == ["fewer_rows"]
    assert reasons(run(days_late=1)) == ["late"]
    assert reasons(run(columns=("ma", "ten", "moi"))) == ["new_columns"]
    assert reasons(run(columns=("ma",))) == ["missing_columns"]
    assert reasons(run(fields=("id", "moi"))) == ["new_columns"]
    assert reasons(run(fields=())) == []
    assert reasons(run(), before=None) == ["first"]


def test_columns_are_held_to_what_the_run_before_found_or_else_to_the_mapping():
    few = run(columns=("ma",), fields=("x",))
    assert judge(few, Before(100), LIMITS, SCHEMA) == ["missing_columns"]
    assert judge(few, Before(100, ("ma",), ("x",)), LIMITS, SCHEMA) == []
    assert judge(few, Before(100, ("ma",), ()), LIMITS, SCHEMA) == ["new_columns"]
    assert judge(few, Before(100, NAMES, ("x",)), LIMITS, SCHEMA) == ["missing_columns"]


@given(read=COUNT, bad=COUNT, before=COUNT, percent=PERCENT)
def test_an_empty_answer_never_publishes_by_itself(
    read: int, bad: int, before: int, percent: float
):
    wide = Limits(bad_rows=100, fewer_rows=percent, late_days=10**6)
    assert "empty" in reasons(run(rows=0, read=read, bad=bad), before, wide)


@given(rows=COUNT, before=COUNT, percent=PERCENT)
def test_a_table_shrinks_by_no_more_than_was_approved(
    rows: int, before: int, percent: float
):
    found = reasons(run(rows=rows), before, replace(LIMITS, fewer_rows=percent))
    inside = rows >= before or (before - rows) * 100 <= before * percent
    assert ("fewer_rows" in found) == (not inside)


@given(rows=COUNT, read=COUNT, bad=COUNT, before=COUNT, late=st.integers(-500, 500))
def test_wider_limits_never_refuse_what_narrower_ones_let_pass(
    rows: int, read: int, bad: int, before: int, late: int
):
    one = run(rows=rows, read=read, bad=bad, days_late=late)
    narrow = set(reasons(one, before))
    wide = set(reasons(one, before, Limits(bad_rows=3, fewer_rows=30, late_days=2)))
    assert wide <= narrow


@given(read=COUNT, bad=st.integers(1, 10**9))
def test_with_no_bad_row_allowed_one_is_too_many(read: int, bad: int):
    none = Limits(bad_rows=0, fewer_rows=100, late_days=0)
    assert "bad_rows" in reasons(run(read=read, bad=bad), 100, none)
