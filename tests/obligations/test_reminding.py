"""The ladder: each rung once, one mail for each person and day."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ckan import model
from ckanext.sonla.obligations.model import Reminder
from ckanext.sonla.shared.mail import OutboxMail
from tests.factories import approval
from tests.factories import obligations as make
from tests.factories.approval import act
from tests.obligations.test_settling import submitted

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")
REMIND = "obligations.remind"


@pytest.fixture
def office():
    return make.office(agency_kind="department", title="Sở Y tế")


@pytest.fixture
def entry(office):
    with make.at("2026-05-20 09:00"):
        return make.entry(office)


def tick(*moments: str) -> None:
    for moment in moments:
        with make.at(moment):
            make.run("obligations.follow", "obligations.make", REMIND)


def told(user: str | None = None) -> list[tuple[str, str]]:
    """Return who was told on which day, the first first."""
    model.Session.rollback()
    rows = model.Session.execute(
        sa.select(model.User.name, OutboxMail.created)
        .join(model.User, model.User.id == OutboxMail.user_id)
        .where(OutboxMail.event == "obligation.digest")
        .order_by(OutboxMail.id)
    )
    return [
        (name, f"{created:%d-%m}")
        for name, created in rows
        if user is None or name == user
    ]


def texts() -> list[str]:
    return list(
        model.Session.scalars(sa.select(OutboxMail.text).order_by(OutboxMail.id))
    )


def marks() -> list[str]:
    return sorted(model.Session.scalars(sa.select(Reminder.rung)))


def test_the_ladder_tells_officer_leader_and_operator_in_turn(office, entry):
    operator = make.operator()
    tick(
        *(
            f"2026-10-{day:02} {hour}:00"
            for day in (4, 5, 6, 11, 12, 15, 16, 17, 18)
            for hour in ("08", 20)
        )
    )
    assert told() == [
        (office.officer, "05-10"),
        (office.officer, "12-10"),
        (office.leader, "15-10"),
        (operator, "17-10"),
    ]
    first = texts()[0]
    assert "Sở Y tế" in first
    assert "target 15/10/2026, due on 16/10/2026" in first
    assert f"/obligations?agency={office.name}" in first


def test_nobody_is_told_before_the_hour_of_the_digest(office, entry):
    tick("2026-10-05 06:59")
    assert told() == []
    tick("2026-10-05 07:00")
    assert told() == [(office.officer, "05-10")]


def test_after_an_outage_only_the_newest_rung_is_told_and_all_are_marked(office, entry):
    tick("2026-10-04 09:00")
    # Out of order from the 11th to the 14th, and once more from the 14th on.
    tick("2026-10-15 09:00", "2026-10-15 09:01", "2026-10-16 09:00")
    assert told() == [(office.leader, "15-10")]
    assert marks() == ["leader:0", "officer:-10", "officer:-3"]


def test_a_person_gets_one_mail_a_day_for_everything(office, entry):
    with make.at("2026-05-21 09:00"):
        make.entry(office, "monthly")
    tick("2026-10-05 09:00", "2026-10-06 09:00", "2026-10-07 09:00")
    # The month's target is its due date, the 16th.
    assert told() == [(office.officer, "05-10"), (office.officer, "06-10")]
    tick("2026-10-20 09:00")
    assert len(told(office.officer)) == 2


def test_who_has_delivered_is_not_reminded(office, entry):
    with make.at("2026-10-02 09:00"):
        approval.approve(office, submitted(office, entry, "2026-Q3"))
    tick("2026-10-05 09:00", "2026-10-20 09:00")
    assert told() == []


def test_who_is_excused_is_not_reminded_until_the_excuse_is_taken_back(office, entry):
    operator = make.operator()
    tick("2026-10-02 09:00")
    with make.at("2026-10-03 09:00"):
        [one] = make.owed(period="2026-Q3")
        values = {"id": one["id"], "reason": "Lũ quét"}
        assert approval.refusal(office.leader, "sonla_obligation_excuse", **values) == (
            "403"
        )
        told_ = act(operator, "sonla_obligation_excuse", **values)
        assert told_["status"] == "excused"
        assert make.owed(period="2026-Q3")[0]["excused"]["reason"] == "Lũ quét"
        [event] = act(None, "sonla_event_list", name="obligation.excused")["results"]
        assert event["data"]["reason"] == "Lũ quét"
    tick("2026-10-13 09:00")
    assert told() == []
    with make.at("2026-10-14 06:00"):
        act(operator, "sonla_obligation_excuse_withdraw", **values)
    tick("2026-10-14 09:00")
    assert told() == [(office.officer, "14-10")]


def test_a_revision_that_waits_reminds_its_leader(office, entry):
    with make.at("2026-10-02 09:00"):
        make.run()
        submitted(office, entry, "2026-Q3")
    tick("2026-10-04 09:00")
    assert told() == []
    tick("2026-10-06 09:00")
    assert told() == [(office.leader, "06-10")]
    assert "waits for the leader since 02/10/2026" in texts()[-1]


def test_a_clock_set_back_to_a_day_that_was_told_loses_and_doubles_nothing(
    office, entry
):
    tick("2026-10-05 09:00", "2026-10-12 09:00", "2026-10-05 10:00")
    tick("2026-10-12 09:00", "2026-10-13 09:00")
    assert told() == [(office.officer, "05-10"), (office.officer, "12-10")]


def test_an_operator_reminds_of_some_lines_at_once(office, entry):
    operator = make.operator()
    tick("2026-10-02 09:00")
    with make.at("2026-10-02 10:00"):
        ids = [one["id"] for one in make.owed()]
        assert approval.refusal(
            office.officer, "sonla_obligation_remind", ids=ids
        ) == "403"  # fmt: skip
        assert act(operator, "sonla_obligation_remind", ids=ids)["count"] == 2
    assert marks() == []
    rows = model.Session.scalars(
        sa.select(OutboxMail.event).where(OutboxMail.user_id.is_not(None))
    ).all()
    assert rows.count("obligation.reminded") == 2
