"""An edition comes into force by a decision, one at a time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from freezegun import freeze_time
from sqlalchemy.exc import DBAPIError

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue import tasks
from ckanext.sonla.shared import clock
from tests.factories import catalogue as make

from .deciding import decision, submitted

if TYPE_CHECKING:
    from tests.catalogue.conftest import People


def test_an_edition_comes_into_force_by_a_decision(
    people: People, line: dict[str, Any]
) -> None:
    edition = submitted(people, line)
    assert people.call(None, "sonla_entry_list")["count"] == 0
    done = people.call(
        "leader", "sonla_edition_approve", id=edition["id"], **decision()
    )
    assert done["state"] == "in_force"
    shown = people.call(None, "sonla_entry_show", code="YT-01")
    assert shown["state"] == "in_force"
    assert shown["decision_number"] == "782/QĐ-UBND"
    assert shown["providers"] == {"kind": "one", "agencies": ["so-y-te"], "class": None}
    assert shown["licence"] == "sonla-terms"


def test_one_edition_is_in_force_at_a_date(
    people: People, line: dict[str, Any]
) -> None:
    today = clock.today()
    first = submitted(people, line)
    people.call(
        "leader", "sonla_edition_approve", id=first["id"],
        **decision(decision_date=(today - timedelta(days=30)).isoformat()),
    )  # fmt: skip
    second = submitted(people, {**line, "title": "Tên mới"})
    later = today + timedelta(days=10)
    told = people.call(
        "leader", "sonla_edition_approve", id=second["id"],
        **decision(effective_date=later.isoformat()),
    )  # fmt: skip
    assert told["state"] == "approved"
    now = people.call(None, "sonla_entry_show", code="YT-01")
    then = people.call(None, "sonla_entry_show", code="YT-01", date=later.isoformat())
    assert (now["title"], then["title"]) == ("Danh sách trạm y tế xã", "Tên mới")
    with pytest.raises(tk.ObjectNotFound):
        people.call(None, "sonla_entry_show", code="YT-01", date="2020-01-01")
    third = submitted(people, {**line, "title": "Cùng lúc"})
    with pytest.raises(DBAPIError, match="one_in_force"):
        model.Session.execute(
            sa.text(
                "UPDATE sonla_edition SET state = 'in_force', decided_by = 'somebody', "
                "decision_number = '1', decision_date = now(), effective_date = now() "
                "WHERE id = :id"
            ),
            {"id": third["id"]},
        )
    model.Session.rollback()


def test_an_edition_comes_into_force_on_its_day_also_when_the_clock_is_late(
    people: People, line: dict[str, Any]
) -> None:
    first = submitted(people, line)
    people.call("leader", "sonla_edition_approve", id=first["id"], **decision())
    second = submitted(people, {**line, "title": "Tên mới"})
    later = clock.today() + timedelta(days=2)
    people.call(
        "leader", "sonla_edition_approve", id=second["id"],
        **decision(effective_date=later.isoformat()),
    )  # fmt: skip
    _tick()
    assert _states(people) == {first["id"]: "in_force", second["id"]: "approved"}
    with freeze_time(clock.now() + timedelta(days=9)):
        shown = people.call(None, "sonla_entry_show", code="YT-01")
        assert shown["title"] == "Tên mới", "dates rule before the clock has run"
        _tick()
        _tick()
    assert _states(people) == {first["id"]: "superseded", second["id"]: "in_force"}
    told = people.call(None, "sonla_event_list", object_id=second["id"])["results"]
    assert [one["name"] for one in told] == ["edition.in_force", "edition.approved"]
    assert told[0]["data"]["effective_date"] == later.isoformat()


def _tick() -> None:
    tasks.turn_editions()
    model.Session.commit()


def _states(people: People) -> dict[str, str]:
    listed = people.call(None, "sonla_edition_list")["results"]
    return {one["id"]: one["state"] for one in listed}


def test_two_decisions_at_once_leave_one_and_refuse_the_other_in_words(
    app: Any, people: People, line: dict[str, Any]
) -> None:
    """Both in the same moment, each in a request and a transaction of its own."""
    make.entry_in_force(**line)
    waiting = [
        submitted(people, {**line, "code": "YT-02"}, "amending"),
        submitted(people, {**line, "code": "YT-03"}),
    ]
    leader = people.leader
    gate = threading.Barrier(2)
    model.Session.remove()

    def approve(edition: dict[str, Any]) -> str:
        with app.flask_app.test_request_context():
            gate.wait(timeout=10)
            try:
                tk.get_action("sonla_edition_approve")(
                    {"user": leader, "ignore_auth": False},
                    {"id": edition["id"], **decision()},
                )
            except tk.ValidationError as error:
                return str(error)
            else:
                return "in force"
            finally:
                model.Session.remove()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(approve, waiting))
    assert sorted(one == "in force" for one in outcomes) == [False, True]
    refused = next(one for one in outcomes if one != "in force")
    assert "Another edition has been approved" in refused
    model.Session.expire_all()
    decided = people.call(None, "sonla_edition_list")["results"]
    assert [one["state"] for one in decided].count("in_force") == 1
    kept = waiting[outcomes.index(refused)]
    assert people.call("leader", "sonla_edition_show", id=kept["id"])["state"] == (
        "submitted"
    )


def test_a_decision_is_not_of_tomorrow_and_has_a_number(
    people: People, line: dict[str, Any]
) -> None:
    edition = submitted(people, line)
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    for wrong in (
        {"decision_date": tomorrow},
        {"decision_number": " "},
        {"decision_number": ""},
        {"decision_date": "31/12/2025"},
        {"effective_date": "soon"},
    ):
        with pytest.raises(tk.ValidationError):
            people.call(
                "leader",
                "sonla_edition_approve",
                id=edition["id"],
                **decision(**wrong),
            )
