"""Whatever happens on whatever day: when feedback is due, why, and what was late."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback import clock as counting
from ckanext.sonla.feedback.handling import freezing
from ckanext.sonla.feedback.handling.model import FrozenSummary
from ckanext.sonla.feedback.reading import figures
from ckanext.sonla.feedback.reading.reader import Reader
from ckanext.sonla.shared import calendar, clock
from tests.factories import feedback as make
from tests.factories.obligations import at

from .test_steps import read

if TYPE_CHECKING:
    from ckanext.sonla.feedback.model import Feedback

    from .conftest import People

DAYS = 10
HANDS = {
    "so-y-te": ("officer", "leader", "so-noi-vu"),
    "so-noi-vu": ("other_officer", "other_leader", "so-y-te"),
}
QUARTERS = ("2026-Q4", "2027-Q1", "2027-Q2")


def reference(start: date) -> date:
    """Count again, by another way than the portal's: article 9.2 and the Civil Code."""
    works, day = calendar.load(), start + timedelta(days=DAYS)
    while not works(day).working:
        day += timedelta(days=1)
    return day


def machine(people: People, time: Any) -> type[RuleBasedStateMachine]:  # noqa: C901 - one class
    """Return the machine that plays with days, hands and the calendar.

    Args:
        people: everybody.
        time: the clock, as freezegun holds it: starting it takes long, moving doesn't.
    """

    class Play(RuleBasedStateMachine):
        @initialize()
        def receive(self) -> None:
            model.Session.query(calendar.CalendarDay).delete()
            model.Session.commit()
            self.set_clock(datetime(2026, 11, 2, 9))  # noqa: DTZ001 - of the province
            self.code = make.received(people.health["id"]).code
            self.due = read(self.code).due
            # Round: whether it was late when it was answered.
            self.late: dict[int, bool] = {}
            # What was sent is never deleted: the tries before are counted as well.
            self.before = (self.live(), self.frozen())

        def live(self) -> tuple[int, int]:
            """Return how many rounds the statistics call late, and in time."""
            found = figures.by_agency(Reader(people.operator))
            return sum(one.late for one in found), sum(one.in_time for one in found)

        def frozen(self) -> tuple[int, int]:
            """Return the same of the quarters, as they would be frozen."""
            moment = self.moment
            self.set_clock(datetime(2027, 8, 1, 9))  # noqa: DTZ001 - of the province
            for quarter in QUARTERS:
                freezing.freeze(clock.parse_period(quarter))
            model.Session.flush()
            self.set_clock(moment)
            rows = model.Session.query(FrozenSummary).all()
            found = sum(one.late for one in rows), sum(one.on_time for one in rows)
            model.Session.rollback()
            return found

        def expected(self, before: tuple[int, int]) -> tuple[int, int]:
            late = sum(self.late.values())
            return before[0] + late, before[1] + len(self.late) - late

        def set_clock(self, moment: datetime) -> None:
            self.moment = moment
            time.move_to(moment.replace(tzinfo=clock.zone()).astimezone(clock.UTC))

        def take(self, hand: int, step: str, **data: str) -> bool:
            """Take a step as who has it, if the state lets her."""
            group = model.Group.get(read(self.code).handler_id)
            assert group is not None
            with suppress(tk.ValidationError, tk.NotAuthorized):
                people.do(HANDS[group.name][hand], step, self.code, **data)
                return True
            return False

        def other(self) -> str:
            group = model.Group.get(read(self.code).handler_id)
            assert group is not None
            return HANDS[group.name][2]

        @rule(days=st.integers(1, 8), hour=st.sampled_from([0, 9, 23]))
        def days_go_by(self, days: int, hour: int) -> None:
            self.set_clock((self.moment + timedelta(days=days)).replace(hour=hour))

        @rule()
        def pause(self) -> None:
            self.take(0, "assign")
            self.take(0, "pause", reason="Chờ số liệu")

        @rule()
        def go_on(self) -> None:
            self.take(0, "resume")

        @rule()
        def ask(self) -> None:
            self.take(0, "coordinate", agency=self.other(), text="Xin số liệu")

        @rule()
        def forward(self) -> None:
            self.take(0, "forward", agency=self.other())

        @rule()
        def answer(self) -> None:
            self.take(0, "answer_submit", text="Đã bổ sung.")
            if self.take(1, "answer_approve"):
                row = read(self.code)
                assert row.closed is not None
                assert row.due_at is not None
                self.late[row.round] = row.closed > row.due_at

        @rule()
        def reopen(self) -> None:
            if self.take(0, "reopen", text="Vẫn thiếu"):
                self.due = reference(self.moment.date())

        @rule(kind=st.sampled_from(calendar.KINDS), days=st.integers(-2, 4))
        def change_the_calendar(self, kind: str, days: int) -> None:
            row = read(self.code)
            assert row.due is not None
            assert row.received is not None
            calendar.set_day(row.due + timedelta(days=days), kind, "Thử")
            model.Session.flush()
            counting.recount()
            model.Session.commit()
            if row.closed is None:
                self.due = reference(clock.local_date(row.received))

        @invariant()
        def the_due_date_moves_with_the_calendar_only(self) -> None:
            row = read(self.code)
            assert row.due == self.due
            assert row.due_at == clock.end_of(self.due or date.min)
            if row.closed is None:
                self.explained(row)

        def explained(self, row: Feedback) -> None:
            """The steps sum up: ten counted days, then days off, then the due date."""
            assert row.received is not None
            assert self.due is not None
            start = clock.local_date(row.received)
            told = tk.get_action("sonla_deadline_explain")(
                {}, {"kind": "feedback", "start": start.isoformat()}
            )
            days = [date.fromisoformat(one["date"]) for one in told["steps"]]
            counted = [one["counted"] for one in told["steps"]]
            assert told["due"] == self.due.isoformat()
            assert counted[: DAYS + 1] == [False] + [True] * DAYS
            assert sum(counted) == DAYS
            steps = [start + timedelta(days=number) for number in range(DAYS + 1)]
            assert days[: DAYS + 1] == steps
            rolled = days[DAYS + 1 :]
            assert rolled == [
                steps[-1] + timedelta(days=number) for number in range(len(rolled))
            ]
            assert max(days) == self.due

        @invariant()
        def late_stays_late_in_the_statistics(self) -> None:
            shown = people.do(None, "show", self.code)
            told = {one["round"]: one["overdue"] for one in shown.get("rounds", [])}
            if shown["closed"]:
                told[shown["round"]] = shown["overdue"]
            assert told == self.late
            assert self.live() == self.expected(self.before[0])

        def teardown(self) -> None:
            """What the quarters are frozen with is the same."""
            if hasattr(self, "before"):
                assert self.frozen() == self.expected(self.before[1])

    return Play


def test_due_dates_explanations_and_lateness_hold_on_every_way(people: People) -> None:
    with at("2026-11-02 09:00", tick=False) as time:
        run_state_machine_as_test(
            machine(people, time),
            settings=settings(
                max_examples=8,
                stateful_step_count=14,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow],
            ),
        )
