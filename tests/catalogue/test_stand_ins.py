"""Article 8.3: who stands in for a leader decides in her place, four eyes kept."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckanext.sonla.catalogue.requests.model import EntryRequest
from ckanext.sonla.catalogue.rounds.model import ReviewAnswer
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.mail import OutboxMail
from tests.factories import catalogue as make
from tests.factories.agencies import person
from tests.factories.approval import appoint

if TYPE_CHECKING:
    from tests.catalogue.conftest import People

DECISION = {"number": "56/QĐ-SYT", "date": "2026-11-20"}
DUE = clock.today() + timedelta(days=20)


@pytest.fixture
def delegate(people: People) -> str:
    """An account without a role that the agency's leader has named."""
    found = person().name
    _name(people.agency_leader, found)
    return found


def _act(user: str | None, action: str, **data: Any) -> Any:
    model.Session.expire_all()
    return tk.get_action(action)({"user": user or "", "ignore_auth": False}, data)


def _name(by: str, delegate: str, **data: Any) -> dict[str, Any]:
    until = (clock.today() + timedelta(days=1)).isoformat()
    return _act(
        by, "sonla_delegation_create", delegate={"name": delegate}, until=until,
        decision=DECISION, **data,
    )  # fmt: skip


@pytest.fixture
def answer(people: People, line: dict[str, Any]) -> dict[str, Any]:
    """The agency's answer, which waits for its leader."""
    make.entries_in_force(line)
    opened = people.call("operator", "sonla_review_round_open", due=DUE.isoformat())
    return people.call("officer", "sonla_review_round_answer", id=opened["id"])


@pytest.fixture
def asked(people: People) -> dict[str, Any]:
    """A request that the officer has drafted."""
    return people.call(
        "officer", "sonla_entry_request_create", title="Danh sách nhà thuốc",
        reason="Người dân hỏi nhiều",
    )  # fmt: skip


def test_a_delegate_approves_the_agencys_answer_on_the_leaders_behalf(
    people: People, answer: dict[str, Any]
) -> None:
    stranger = person().name
    with pytest.raises(tk.NotAuthorized):
        _act(stranger, "sonla_review_round_answer_approve", id=answer["id"])
    with pytest.raises(tk.NotAuthorized):
        _act(stranger, "sonla_review_round_show")
    _name(people.agency_leader, stranger)
    seen = _act(stranger, "sonla_review_round_show")["answers"]
    assert [one["agency"] for one in seen] == ["so-y-te"]
    told = _act(stranger, "sonla_review_round_answer_approve", id=answer["id"])
    assert told["state"] == "approved"
    event = people.call(
        "auditor", "sonla_event_list", name="review_round.answer_approved"
    )["results"][0]
    assert (event["role"], event["agency"]) == ("delegate", "so-y-te")
    assert event["data"]["on_behalf_of"] == "so-y-te"
    assert event["data"]["delegation_decision"] == DECISION
    assert event["persons"] == {"on_behalf_of": people.agency_leader}


def test_a_delegate_returns_it_and_answers_nothing_herself(
    people: People, delegate: str, answer: dict[str, Any]
) -> None:
    with pytest.raises(tk.NotAuthorized):
        _act(delegate, "sonla_review_round_answer", id=answer["round_id"])
    told = _act(
        delegate, "sonla_review_round_answer_return", id=answer["id"], comment="Thiếu"
    )
    assert (told["state"], told["comment"]) == ("returned", "Thiếu")


def test_the_delegate_of_another_agency_decides_nothing_here(
    people: People, answer: dict[str, Any], asked: dict[str, Any]
) -> None:
    other = make.agency(name="so-noi-vu")
    delegate = person().name
    _name(appoint(other["id"], "leader"), delegate)
    for action, id_ in (
        ("sonla_review_round_answer_approve", answer["id"]),
        ("sonla_entry_request_submit", asked["id"]),
        ("sonla_entry_request_show", asked["id"]),
    ):
        with pytest.raises(tk.NotAuthorized):
            _act(delegate, action, id=id_)


def test_another_agencys_leader_stands_in_by_an_operators_decision(
    people: People, answer: dict[str, Any], asked: dict[str, Any]
) -> None:
    neighbour = appoint(make.agency(name="so-noi-vu")["id"], "leader")
    _name(people.operator, neighbour, agency="so-y-te")
    told = _act(neighbour, "sonla_review_round_answer_approve", id=answer["id"])
    assert told["state"] == "approved"
    told = _act(neighbour, "sonla_entry_request_submit", id=asked["id"])
    assert (told["state"], told["agency"]) == ("submitted", "so-y-te")
    event = people.call("auditor", "sonla_event_list", name="entry_request.submitted")
    assert event["results"][0]["agency"] == "so-y-te"
    assert event["results"][0]["role"] == "delegate"


def test_a_delegate_sends_a_request_and_writes_none(
    people: People, delegate: str, asked: dict[str, Any]
) -> None:
    assert _act(delegate, "sonla_entry_request_list")["count"] == 1
    with pytest.raises(tk.NotAuthorized):
        _act(delegate, "sonla_entry_request_create", title="A", reason="B")
    with pytest.raises(tk.NotAuthorized):
        _act(delegate, "sonla_entry_request_update", id=asked["id"], title="A",
             reason="B")  # fmt: skip
    told = _act(delegate, "sonla_entry_request_submit", id=asked["id"])
    assert told["state"] == "submitted"


def test_what_a_delegate_wrote_before_she_neither_approves_nor_sends(
    people: People, delegate: str, answer: dict[str, Any], asked: dict[str, Any]
) -> None:
    user = model.User.get(delegate)
    assert user is not None
    model.Session.query(ReviewAnswer).update({"editors": [user.id]})
    model.Session.query(EntryRequest).update({"created_by": user.id})
    model.Session.commit()
    with pytest.raises(tk.NotAuthorized, match="has not written it"):
        _act(delegate, "sonla_review_round_answer_approve", id=answer["id"])
    with pytest.raises(tk.NotAuthorized, match="has not written what she sends"):
        _act(delegate, "sonla_entry_request_submit", id=asked["id"])


def test_after_the_delegation_the_answer_is_the_leaders_again(
    people: People, answer: dict[str, Any]
) -> None:
    delegate = person().name
    made = _name(people.agency_leader, delegate)
    _act(people.agency_leader, "sonla_delegation_revoke", id=made["id"])
    with pytest.raises(tk.NotAuthorized):
        _act(delegate, "sonla_review_round_answer_approve", id=answer["id"])
    people.call("agency_leader", "sonla_review_round_answer_approve", id=answer["id"])


def test_a_revocation_that_comes_first_is_waited_for_and_holds(
    app: Any, people: People, delegate: str, answer: dict[str, Any]
) -> None:
    """Between asking whether she may and the commit, the delegation ends."""
    outcomes: list[str] = []

    def approve() -> None:
        with app.flask_app.test_request_context():
            try:
                _act(delegate, "sonla_review_round_answer_approve", id=answer["id"])
                outcomes.append("approved")
            except tk.NotAuthorized:
                outcomes.append("refused")
            finally:
                model.Session.remove()

    deciding = threading.Thread(target=approve)
    engine = model.meta.engine
    assert engine is not None
    with engine.connect() as connection:
        connection.execute(
            sa.text("UPDATE sonla_delegation SET revoked = now(), revoked_by = :who"),
            {"who": people.agency_leader},
        )
        deciding.start()
        until = time.monotonic() + 30
        while not _waits() and deciding.is_alive() and time.monotonic() < until:
            time.sleep(0.02)
        assert outcomes == []
        connection.commit()
    deciding.join(30)
    assert outcomes == ["refused"]
    model.Session.expire_all()
    kept = model.Session.get(ReviewAnswer, answer["id"])
    assert kept is not None
    assert kept.state == "answered"


def _waits() -> bool:
    """Tell whether somebody waits for another one's transaction."""
    waiting = model.Session.scalar(
        sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    )
    model.Session.rollback()
    return bool(waiting)


def test_the_delegate_is_told_and_finds_the_buttons(
    app: Any, people: People, delegate: str, answer: dict[str, Any],
    asked: dict[str, Any],
) -> None:  # fmt: skip
    # The officer answers again: now there is a delegate to be told.
    people.call("officer", "sonla_review_round_answer", id=answer["round_id"])
    user = model.User.get(delegate)
    assert user is not None
    told = model.Session.query(OutboxMail).filter_by(event="review_round.answered")
    assert user.id in {one.user_id for one in told}
    headers = {"Authorization": factories.APIToken(user=delegate)["token"]}
    page = app.get(f"/catalogue/round/{answer['round_id']}", headers=headers).body
    assert "Approve the answer" in page
    assert "Catalogue review" in page, "the bar at the top names what waits"
    page = app.get(f"/catalogue/request/{asked['id']}", headers=headers).body
    assert "Send to the operator" in page
    assert "/edit" not in page
    listed = app.get("/catalogue/requests", headers=headers).body
    assert "Danh sách nhà thuốc" in listed
