"""What the clock does: reminds once, catches up once, freezes, hands over, offers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from ckan import model
from ckanext.sonla.feedback.handling import following, freezing, reminding
from ckanext.sonla.feedback.handling.model import FrozenSummary, Progress
from ckanext.sonla.feedback.model import Feedback, Reminder
from ckanext.sonla.shared import clock, hand_over, tick
from ckanext.sonla.shared.mail import OutboxMail
from tests.factories import feedback as make
from tests.factories.agencies import person
from tests.factories.obligations import at

if TYPE_CHECKING:
    from .conftest import People

REMIND, FREEZE = "feedback.remind", "feedback.freeze"


def run(name: str, *moments: str) -> None:
    """Run a task as the scheduler does at some times; nothing may fail."""
    for moment in moments:
        with at(moment):
            assert tick.run(name) == "done"


def told(event: str = "feedback.digest") -> list[tuple[str, str]]:
    """Return who was told on which day, the first first."""
    model.Session.rollback()
    rows = model.Session.execute(
        sa.select(model.User.name, OutboxMail.created)
        .join(model.User, model.User.id == OutboxMail.user_id)
        .where(OutboxMail.event == event)
        .order_by(OutboxMail.id)
    )
    return [
        (name, f"{clock.local_date(created):%d-%m}") for name, created in rows.tuples()
    ]


def marks() -> list[tuple[int, str]]:
    rows = model.Session.execute(sa.select(Reminder.round, Reminder.rung))
    return sorted(rows.tuples())


def received(people: People, moment: str, **values: Any) -> str:
    with at(moment):
        return make.received(people.health["id"], **values).code


def answer(people: People, code: str) -> None:
    people.do("officer", "answer_submit", code, text="Đã bổ sung.")
    people.do("leader", "answer_approve", code)


def test_officer_leader_and_operator_are_told_in_turn_once_each(people: People):
    received(people, "2026-11-02 23:30")
    days = (f"2026-11-{day:02} {hour}:00" for day in range(3, 16) for hour in (8, 20))
    run(REMIND, *(one.replace(" 8:", " 08:") for one in days))
    assert told() == [
        (people.officer, "07-11"), (people.leader, "10-11"), (people.operator, "12-11")
    ]  # fmt: skip
    assert marks() == [(1, "leader:8"), (1, "officer:5"), (1, "operator:10")]


def test_three_days_of_outage_are_caught_up_once(people: People):
    for day in (1, 2, 3, 4):
        received(people, f"2026-11-0{day} 09:00")
    run(REMIND, "2026-11-05 09:00")
    assert told() == []
    # No tick on the 6th, 7th and 8th.
    run(REMIND, "2026-11-09 09:00", "2026-11-09 09:01", "2026-11-10 06:00")
    assert told() == [(people.officer, "09-11"), (people.leader, "09-11")]
    assert len(marks()) == 4 + 1
    texts = list(model.Session.scalars(sa.select(OutboxMail.text)))
    assert [text.count("PH-") for text in texts] == [4, 1]


def test_who_answered_and_who_waits_for_the_leader_is_not_reminded(people: People):
    done, waiting = (received(people, "2026-11-02 09:00") for _ in range(2))
    with at("2026-11-03 09:00"):
        answer(people, done)
        people.do("officer", "answer_submit", waiting, text="Đã bổ sung.")
    run(REMIND, "2026-11-07 09:00", "2026-11-10 09:00")
    assert told() == [(people.leader, "10-11")]


def test_each_round_has_its_own_ladder(people: People):
    code = received(people, "2026-11-02 09:00")
    run(REMIND, "2026-11-07 09:00")
    with at("2026-11-08 09:00"):
        answer(people, code)
        people.do("officer", "reopen", code)
    run(REMIND, "2026-11-12 09:00", "2026-11-13 09:00")
    assert told() == [(people.officer, "07-11"), (people.officer, "13-11")]
    assert marks() == [(1, "officer:5"), (2, "officer:5")]


def test_another_ladder_holds_for_what_is_open_already(people: People, monkeypatch):
    received(people, "2026-11-02 09:00")
    run(REMIND, "2026-11-05 09:00")
    config = reminding.tk.config
    monkeypatch.setitem(config, "sonla.policy.feedback_ladder", ["officer:2"])
    run(REMIND, "2026-11-06 09:00", "2026-11-07 09:00")
    assert told() == [(people.officer, "06-11")]
    monkeypatch.setitem(config, "sonla.policy.feedback_ladder", ["mayor:2"])
    with at("2026-11-08 09:00"):
        assert "no such role" in tick.run(REMIND)


def test_agencies_are_told_of_what_was_received_not_one_by_one(people: People):
    for second in (1, 2, 3):
        received(people, f"2026-11-02 09:00:0{second}")
    run("feedback.announce", "2026-11-02 09:01", "2026-11-02 09:02")
    assert told("feedback.received") == [(people.officer, "02-11")]
    [subject] = model.Session.scalars(sa.select(OutboxMail.subject))
    assert subject.startswith("3 ")


def test_a_quarter_is_frozen_as_it_stood_each_round_counted(people: People):
    on_time, late, open_, turned = (
        received(people, moment)
        for moment in (
            "2026-10-05 09:00", "2026-10-05 09:00", "2026-12-10 09:00",
            "2026-12-01 09:00",
        )
    )  # fmt: skip
    next_quarter = received(people, "2026-12-28 09:00")
    with at("2026-10-08 09:00"):
        answer(people, on_time)
    with at("2026-10-09 09:00"):
        people.do("officer", "reopen", on_time)
    with at("2026-10-12 09:00"):
        answer(people, on_time)
    with at("2026-11-20 09:00"):
        answer(people, late)
    with at("2026-12-02 09:00"):
        people.do("officer", "reject", turned, reason="not_data")
        people.do("leader", "answer_approve", turned)
    run(FREEZE, "2027-01-01 09:00", "2027-01-01 09:30")
    assert model.Session.query(FrozenSummary).count() == 0, "the clock is new to it"
    run(FREEZE, "2027-01-01 10:01", "2027-01-01 11:00")
    rows = model.Session.query(FrozenSummary).order_by(FrozenSummary.quarter).all()
    [row] = [one for one in rows if one.quarter == "2026-Q4"]
    assert (row.agency_name, row.received, row.due) == ("so-y-te", 6, 5)
    assert (row.on_time, row.late, row.open, row.rejected) == (3, 1, 1, 1)
    with at("2027-01-02 09:00"):
        answer(people, open_)
        answer(people, next_quarter)
    run(FREEZE, "2027-04-01 09:00", "2027-04-01 11:00")
    rows = model.Session.query(FrozenSummary).order_by(FrozenSummary.quarter).all()
    assert [(one.quarter, one.due, one.open) for one in rows][-2:] == [
        ("2026-Q4", 5, 1), ("2027-Q1", 1, 0)
    ]  # fmt: skip


def test_the_database_refuses_to_change_what_was_frozen(people: People):
    received(people, "2026-10-05 09:00")
    with at("2027-01-01 09:00"):
        assert freezing.freeze(clock.parse_period("2026-Q4"))
        assert not freezing.freeze(clock.parse_period("2026-Q4"))
        model.Session.commit()
    for statement in (
        "UPDATE sonla_feedback_summary SET open = 0, on_time = due",
        "DELETE FROM sonla_feedback_summary",
        "DELETE FROM sonla_feedback_quarter",
        "TRUNCATE sonla_feedback_summary",
    ):
        with pytest.raises(DBAPIError, match="stays"):
            model.Session.execute(sa.text(statement))
        model.Session.rollback()


def test_a_successor_finds_what_the_predecessor_had_begun(people: People):
    mine, done = (make.received(people.health["id"]).code for _ in range(2))
    for code in (mine, done):
        people.do("officer", "assign", code)
    answer(people, done)
    successor = person()
    moved = hand_over.move_all(
        hand_over.Succession(
            agency_id=people.health["id"], role="officer",
            predecessor=people.id_of("officer"), successor=successor.id,
            decision="Số 1", starts=clock.now(), ends=clock.now(),
        )
    )  # fmt: skip
    model.Session.commit()
    assert moved["feedback"] == 1
    of = dict(
        model.Session.execute(sa.select(Feedback.code, Feedback.assigned_to))
        .tuples()
        .all()
    )
    assert of == {mine: successor.id, done: people.id_of("officer")}


def test_a_tick_with_nothing_due_reads_nothing_of_what_is_open(people: People):
    """What was told before the last run is not looked at again."""
    with at("2026-11-10 09:00"):
        following.follow()
        reminding.remind()
        model.Session.commit()
    values = {row.name: row.value for row in model.Session.query(Progress)}
    assert values["reminded"].startswith("2026-11-10 officer:5")
    with at("2026-11-11 09:00"):
        rung = reminding.rungs()[0]
        [asked] = [rung.received(date(2026, 11, 10), clock.today())]
    compiled = str(asked.compile(compile_kwargs={"literal_binds": True}))
    assert "2026-11-06 17:00" in compiled
    assert "2026-11-05 17:00" in compiled
