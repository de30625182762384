"""Whose turn it is in a round of review is reminded, once a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from ckan import model
from ckanext.sonla.catalogue.rounds import reminding
from ckanext.sonla.catalogue.rounds.model import ReviewRound
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.mail import OutboxMail
from tests.factories import catalogue as make

from .test_rounds import _amend

if TYPE_CHECKING:
    from tests.catalogue.conftest import People

DUE = clock.today() + timedelta(days=20)


@pytest.fixture
def opened(people: People, line: dict[str, Any]) -> dict[str, Any]:
    """A round over a catalogue of two lines, both the agency's."""
    make.entries_in_force(line, {**line, "code": "YT-02", "title": "Bệnh viện"})
    return people.call("operator", "sonla_review_round_open", due=DUE.isoformat())


def _mails(event: str) -> int:
    return model.Session.query(OutboxMail).filter_by(event=event).count()


def test_a_reminder_goes_to_whose_turn_it_is_once_a_day(
    people: People, opened: dict[str, Any]
) -> None:
    assert _mails("review_round.opened") == 4
    answer = _amend(people, opened)
    assert _mails("review_round.answered") == 1
    told = people.call("operator", "sonla_review_round_remind", id=opened["id"])
    assert told == {"reminded": 2}
    told = people.call("operator", "sonla_review_round_remind", id=opened["id"])
    assert told == {"reminded": 0}
    about = model.Session.query(OutboxMail).filter_by(event="review_round.remind")
    assert {one.user_id for one in about} == {
        people.id_of("agency_leader"), people.id_of("operator"),
    }  # fmt: skip
    people.call("agency_leader", "sonla_review_round_answer_approve", id=answer["id"])


def test_the_clock_reminds_before_the_last_day(
    people: People, opened: dict[str, Any]
) -> None:
    reminding.remind_due()
    assert _mails("review_round.remind") == 0, "20 days are left"
    _set_round(due=clock.today() + timedelta(days=6))
    for _ in range(2):
        reminding.remind_due()
        assert _mails("review_round.remind") == 0, "opened after that rung"
    _set_round(opened=clock.now() - timedelta(days=9))
    for _ in range(2):
        reminding.remind_due()
        model.Session.commit()
        assert _mails("review_round.remind") == 2


def _set_round(**values: Any) -> None:
    model.Session.execute(sa.update(ReviewRound).values(values))
    model.Session.commit()
