"""What the database itself refuses, whoever asks (invariants 2 and 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from ckan import model
from ckanext.sonla.feedback import codes
from ckanext.sonla.feedback.model import Answer, Feedback
from ckanext.sonla.shared import clock
from tests.factories import feedback as make

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")
AGENCY, OFFICER, LEADER = "agency-1", "officer-1", "leader-1"


@pytest.fixture
def sent() -> Feedback:
    return make.received(AGENCY)


@pytest.fixture(autouse=True)
def forgotten_afterwards() -> Iterator[None]:
    yield
    model.Session.rollback()


def _write(row: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    model.Session.commit()


def test_who_wrote_an_answer_cannot_approve_it(sent: Feedback):
    answer = make.proposed(sent, OFFICER)
    with pytest.raises(exc.IntegrityError):
        _write(answer, state="approved", decided_by=OFFICER, decided=clock.now())


def test_feedback_is_answered_by_what_a_leader_approved_only(sent: Feedback):
    with pytest.raises(exc.InternalError):
        _write(sent, state="answered", closed=clock.now())
    model.Session.rollback()
    answer = make.proposed(sent, OFFICER)
    with pytest.raises(exc.InternalError):
        _write(sent, state="answered", closed=clock.now())
    model.Session.rollback()
    _write(answer, state="approved", decided_by=LEADER, decided=clock.now())
    _write(sent, state="answered", closed=clock.now())
    assert sent.state == "answered"


def test_an_answer_of_the_round_before_answers_no_second_one(sent: Feedback):
    answer = make.proposed(sent, OFFICER)
    _write(answer, state="approved", decided_by=LEADER, decided=clock.now())
    _write(sent, state="answered", closed=clock.now())
    with pytest.raises(exc.InternalError):
        _write(sent, round=2)


def test_what_was_submitted_stays_as_it_was_submitted(sent: Feedback):
    answer = make.proposed(sent, OFFICER)
    with pytest.raises(exc.InternalError):
        _write(answer, text="Nội dung khác.")
    model.Session.rollback()
    with pytest.raises(exc.InternalError):
        _write(answer, writers=[OFFICER, LEADER])
    model.Session.rollback()
    _write(answer, state="approved", decided_by=LEADER, decided=clock.now())
    with pytest.raises(exc.InternalError):
        _write(answer, comment="Thêm sau.")


def test_one_answer_at_a_time_waits_for_the_leader(sent: Feedback):
    make.proposed(sent, OFFICER)
    with pytest.raises(exc.IntegrityError):
        make.proposed(sent, "officer-2")


def test_nothing_that_was_sent_is_deleted(sent: Feedback):
    answer = make.proposed(sent, OFFICER)
    for table, kept in ((Answer, answer), (Feedback, sent)):
        with pytest.raises(exc.DBAPIError):
            model.Session.execute(sa.delete(table).where(table.id == kept.id))
        model.Session.rollback()


def test_codes_do_not_follow_one_another_and_secrets_are_kept_as_hashes():
    assert len({codes.new_code() for _ in range(1000)}) == 1000
    secret = codes.new_secret()
    assert len(secret) >= 32
    assert secret not in codes.hash_of(secret)
    assert codes.opens(secret, codes.hash_of(secret))
    assert not codes.opens(secret[:-1], codes.hash_of(secret))
