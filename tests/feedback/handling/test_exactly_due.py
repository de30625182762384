"""Around 24:00 of the last day all say the same: in time at it, late after it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ckan import model
from ckanext.sonla.feedback import clock as counting
from ckanext.sonla.feedback.handling import freezing
from ckanext.sonla.feedback.handling.model import FrozenSummary
from ckanext.sonla.feedback.reading import figures
from ckanext.sonla.feedback.reading.reader import Reader
from ckanext.sonla.shared import clock
from tests.factories import feedback as make
from tests.factories.obligations import at

if TYPE_CHECKING:
    from .conftest import People

RECEIVED = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
END = clock.end_of(dt.date(2026, 11, 12))
# From the instant on which the last day ends, in microseconds; 0 is that instant.
AWAY = st.one_of(st.integers(-2, 2), st.integers(-86_400_000_000, 86_400_000_000))


def frozen() -> tuple[int, int]:
    """Return how many the quarter is frozen with as in time, and as late."""
    freezing.freeze(clock.parse_period("2026-Q4"))
    model.Session.flush()
    rows = model.Session.query(FrozenSummary).all()
    found = sum(one.on_time for one in rows), sum(one.late for one in rows)
    model.Session.rollback()
    return found


def live(people: People) -> tuple[int, int, int]:
    """Return how many the statistics count as in time, late and overdue."""
    found = figures.by_agency(Reader(people.operator))
    return (
        sum(one.in_time for one in found),
        sum(one.late for one in found),
        sum(one.overdue for one in found),
    )


def listed(people: People, code: str, **asked: Any) -> bool:
    """Tell whether a list has it."""
    found = people.do("operator", "list", code, q=None, **asked)["results"]
    return code in {one["code"] for one in found}


def test_an_answer_is_late_for_everybody_or_for_nobody(people: People):
    @settings(
        max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    @example(away=0)
    @example(away=1)
    @given(away=AWAY)
    def holds(away: int) -> None:
        before, kept = live(people), frozen()
        closed = END + dt.timedelta(microseconds=away)
        row = make.answered(people.health["id"], RECEIVED, closed=closed)
        assert row.due_at == END
        is_late = away > 0
        told = people.do(None, "show", row.code)
        assert told["overdue"] is is_late
        standing = counting.standing(row, clock.now())
        assert (standing["late"], standing["days"] < 0) == (is_late, is_late)
        assert listed(people, row.code, late=is_late)
        assert not listed(people, row.code, late=not is_late)
        change = (int(not is_late), int(is_late))
        assert live(people) == (before[0] + change[0], before[1] + change[1], 0)
        assert frozen() == (kept[0] + change[0], kept[1] + change[1])

    with at("2027-02-01 09:00", tick=False):
        holds()


def test_what_is_open_is_overdue_for_everybody_or_for_nobody(people: People):
    row = make.received(people.health["id"], RECEIVED)
    code = row.code

    with at("2026-11-12 09:00", tick=False) as time:

        @settings(
            max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        )
        @example(away=0)
        @example(away=1)
        @given(away=AWAY)
        def holds(away: int) -> None:
            time.move_to(END + dt.timedelta(microseconds=away))
            is_late = away > 0
            standing = counting.standing(row, clock.now())
            assert (standing["late"], standing["days"] < 0) == (is_late, is_late)
            assert listed(people, code, late=is_late)
            assert live(people)[2] == int(is_late)
            inbox = people.do("officer", "inbox_list", code, only="overdue")
            assert inbox["count"] == int(is_late)

        holds()
