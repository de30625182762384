"""Whatever is done in whatever order, by whom and on what calendar: what must hold."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
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
from ckanext.sonla.feedback.model import Answer, PastRound
from ckanext.sonla.feedback.vocabulary import ANSWERED
from ckanext.sonla.shared import calendar, clock, faults
from ckanext.sonla.shared.events import Event
from ckanext.sonla.shared.mail import OutboxMail
from tests.factories import feedback as make
from tests.obligations.test_at_once import forget_connections, together

from .test_steps import answered, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import People

WHO = (
    "officer",
    "leader",
    "other_officer",
    "other_leader",
    "operator",
    "office_leader",
)
STEPS: dict[str, dict[str, str]] = {
    "assign": {}, "resume": {}, "pause": {"reason": "Chờ"}, "reopen": {},
    "coordinate": {"agency": "so-noi-vu", "text": "Hỏi"},
    "contribute": {"text": "Đáp"}, "answer_submit": {"text": "Xong"},
    "reject": {"reason": "unclear"}, "answer_approve": {},
    "answer_return": {"comment": "Lại"},
}  # fmt: skip
AGENCIES = ("so-y-te", "so-noi-vu", "so-khoa-hoc-va-cong-nghe")
# The usual way is walked often enough to see what comes behind it.
HANDS = {
    "so-y-te": ("officer", "leader"),
    "so-noi-vu": ("other_officer", "other_leader"),
}


def machine(people: People) -> type[RuleBasedStateMachine]:  # noqa: C901 - one class
    """Return the machine that plays with feedback between these people."""

    class Play(RuleBasedStateMachine):
        @initialize()
        def receive(self) -> None:
            model.Session.query(calendar.CalendarDay).delete()
            self.code = make.received(people.health["id"]).code
            self.clock = self.read_clock()
            self.closed: Any = None

        def read_clock(self) -> tuple[Any, Any, int]:
            row = read(self.code)
            return row.received, row.due, row.round

        def take(self, who: str, step: str, **data: str) -> None:
            with suppress(tk.ValidationError, tk.NotAuthorized):
                people.do(who, step, self.code, **data)
                if step == "reopen":
                    received, _, round_ = self.clock
                    self.clock = self.read_clock()
                    assert self.clock[0] > received
                    assert self.clock[2] == round_ + 1

        @rule(who=st.sampled_from(WHO), step=st.sampled_from(sorted(STEPS)))
        def anybody_tries(self, who: str, step: str) -> None:
            self.take(who, step, **STEPS[step])

        @rule(who=st.sampled_from(WHO), agency=st.sampled_from(AGENCIES))
        def forward(self, who: str, agency: str) -> None:
            self.take(who, "forward", agency=agency)

        @rule(approves=st.booleans())
        def answer_in_two_hands(self, approves: bool) -> None:
            row = read(self.code)
            group = model.Group.get(row.handler_id)
            officer, leader = HANDS.get(
                group.name if group else "", ("operator", "office_leader")
            )
            self.take(officer, "answer_submit", text="Xong")
            if approves:
                self.take(leader, "answer_approve")

        @rule(kind=st.sampled_from(calendar.KINDS), days=st.integers(-2, 6))
        def change_the_calendar(self, kind: str, days: int) -> None:
            row = read(self.code)
            assert row.due is not None
            calendar.set_day(row.due + timedelta(days=days), kind, "Thử")
            model.Session.flush()
            counting.recount()
            model.Session.commit()
            if row.closed is None:
                self.clock = self.read_clock()

        @invariant()
        def what_must_hold(self) -> None:
            row = read(self.code)
            # Nothing but the calendar and a reopening moves the due date.
            assert (row.received, row.due, row.round) == self.clock
            assert row.due_at == clock.end_of(row.due or date.min)
            if row.closed is None:
                assert row.due == counting.due_of(row.received or clock.now()).due
            answers = model.Session.query(Answer).filter_by(feedback_id=row.id).all()
            approved = [one for one in answers if one.state == "approved"]
            assert len(approved) <= row.round
            # Closed exactly if this round's answer was approved.
            now = [one for one in approved if one.round == row.round]
            assert (row.closed is not None) == (row.state in ANSWERED) == bool(now)
            for one in answers:
                assert one.decided_by not in one.writers
                assert one.submitted_by in one.writers
            past = model.Session.query(PastRound).filter_by(feedback_id=row.id).count()
            assert past == row.round - 1 <= 1

    return Play


def test_nobody_gets_round_the_clock_or_the_four_eyes(people: People) -> None:
    run_state_machine_as_test(
        machine(people),
        settings=settings(
            max_examples=10,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_two_leaders_at_once_publish_one_answer(people: People, code: str) -> None:
    people.do("officer", "answer_submit", code, text="Xong")
    refused: list[str] = []

    def approve() -> None:
        try:
            people.do("leader", "answer_approve", code)
        except tk.ValidationError as error:
            refused.append(str(error))

    with together(3, approve):
        pass
    assert len(refused) == 2
    assert all("cannot be done now" in one for one in refused)
    public = model.Session.query(Event).filter_by(name="feedback.answered").count()
    assert public == 1


def test_an_answer_and_a_forwarding_at_once_are_one_after_the_other(
    people: People, code: str
) -> None:
    """The leader of the agency that had it doesn't answer for the one that has it."""
    people.do("officer", "answer_submit", code, text="Xong")
    steps = [
        lambda: people.do("leader", "answer_approve", code),
        lambda: people.do("operator", "forward", code, agency="so-noi-vu"),
    ]

    def next_step() -> None:
        with suppress(tk.ValidationError, tk.NotAuthorized):
            steps.pop()()

    with together(2, next_step):
        pass
    row = read(code)
    approved = model.Session.query(Answer).filter_by(state="approved").count()
    if row.state == "answered":
        assert (row.handler_id, approved) == (people.health["id"], 1)
    else:
        assert (row.handler_id, row.state, approved) == (
            people.home["id"], "received", 0
        )  # fmt: skip


def stored(code: str) -> list[Any]:
    """Return all that a step writes."""
    row = read(code)
    return [
        row.state, row.round, row.closed, row.public_text,
        sorted(one.state for one in model.Session.query(Answer)),
        model.Session.query(PastRound).count(),
        model.Session.query(Event).filter_by(object_id=code).count(),
        model.Session.scalar(sa.select(sa.func.count()).select_from(OutboxMail)),
    ]  # fmt: skip


def killed_at(place: str, what: Callable[[], Any]) -> bool:
    """Do something in a process of its own that is killed at a place."""
    model.Session.remove()
    pid = os.fork()
    if pid == 0:
        try:
            forget_connections(close=False)
            os.environ[faults.VARIABLE] = place
            what()
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    forget_connections(close=True)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("operation", ["answer", "reopen"])
def test_a_step_killed_at_each_place_leaves_all_or_nothing(
    people: People, code: str, operation: str
) -> None:
    if operation == "reopen":
        answered(people, code)
        who, step = "officer", "reopen"
    else:
        people.do("officer", "answer_submit", code, text="Xong")
        who, step = "leader", "answer_approve"
    before = stored(code)
    for place in faults.declared()[operation]:
        assert killed_at(place, lambda: people.do(who, step, code)), place
        assert stored(code) == before, place
    people.do(who, step, code)
    assert stored(code) != before


TASKS = ("feedback_remind", "feedback_freeze", "feedback_follow")


def test_every_place_of_the_tasks_is_killed_too(people: People) -> None:
    """Reminding, freezing and following: nothing half, and whole the next time."""
    from ckanext.sonla.feedback.handling import following, freezing, reminding
    from tests.factories.obligations import at

    with at("2026-10-05 09:00"):
        make.received(people.health["id"])
        following.follow()
        model.Session.commit()
        make.received(people.health["id"])
    quarter = clock.parse_period("2026-Q4")
    work: dict[str, Callable[[], Any]] = {
        "feedback_remind": reminding.remind,
        "feedback_freeze": lambda: freezing.freeze(quarter),
        "feedback_follow": following.follow,
    }
    with at("2027-01-02 09:00"):
        for operation in TASKS:

            def whole(operation: str = operation) -> None:
                work[operation]()
                model.Session.commit()

            before = written()
            for place in faults.declared()[operation]:
                assert killed_at(place, whole), place
                assert written() == before, place
            whole()
            assert written() != before
            after = written()
            whole()
            assert written() == after


def written() -> list[int]:
    """Return how much the tasks have written."""
    model.Session.rollback()
    tables = ("reminder", "quarter", "summary", "progress")
    counts = [f"(SELECT count(*) FROM sonla_feedback_{one})" for one in tables]  # noqa: S608 - from above
    marks = "(SELECT string_agg(value, ',') FROM sonla_feedback_progress)"
    mails = "(SELECT count(*) FROM sonla_mail)"
    query = f"SELECT {', '.join([*counts, marks, mails])}"
    return list(model.Session.execute(sa.text(query)).one())
