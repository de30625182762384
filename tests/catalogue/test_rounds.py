"""Article 7.1: the operator asks, officers answer, leaders approve, nobody is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue.rounds.model import ReviewAnswer
from ckanext.sonla.shared import clock
from tests.factories import catalogue as make
from tests.factories.approval import appoint

if TYPE_CHECKING:
    from tests.catalogue.conftest import People

DUE = clock.today() + timedelta(days=20)
EVERYBODY = (
    "operator", "leader", "auditor", "officer", "agency_leader", "sysadmin", "stranger",
)  # fmt: skip
STEPS = {
    "sonla_review_round_open": ("operator",),
    "sonla_review_round_close": ("operator",),
    "sonla_review_round_remind": ("operator",),
    "sonla_review_round_collect": ("operator",),
    # An operator answers for the operating office itself.
    "sonla_review_round_answer": ("officer", "operator"),
    "sonla_review_round_answer_approve": ("agency_leader",),
    "sonla_review_round_answer_return": ("agency_leader",),
}


@pytest.fixture
def opened(people: People, line: dict[str, Any]) -> dict[str, Any]:
    """A round over a catalogue of two lines, both the agency's."""
    make.entries_in_force(line, {**line, "code": "YT-02", "title": "Bệnh viện"})
    return people.call("operator", "sonla_review_round_open", due=DUE.isoformat())


def _own(people: People) -> dict[str, Any]:
    shown = people.call("officer", "sonla_review_round_show")
    assert len(shown["answers"]) == 1, "others' answers are not the agency's affair"
    return shown["answers"][0]


def _amend(people: People, opened: dict[str, Any], *changes: dict[str, Any]) -> Any:
    return people.call(
        "officer", "sonla_review_round_answer", id=opened["id"], changes=list(changes)
    )


def test_each_step_is_for_its_role_only(people: People, opened: dict[str, Any]) -> None:
    answer = _own(people)
    for action, allowed in STEPS.items():
        about = {"id": answer["id"] if "_answer_" in action else opened["id"]}
        for who in EVERYBODY:
            context: Any = {"user": getattr(people, who), "ignore_auth": False}
            if who in allowed:
                assert tk.check_access(action, context, about), (action, who)
            else:
                with pytest.raises(tk.NotAuthorized):
                    tk.check_access(action, context, about)
    other = appoint(make.agency(name="so-noi-vu")["id"], "leader")
    context = {"user": other, "ignore_auth": False}
    with pytest.raises(tk.NotAuthorized):
        tk.check_access("sonla_review_round_answer_approve", context, answer)
    for who in ("stranger", None):
        with pytest.raises(tk.NotAuthorized):
            people.call(who, "sonla_review_round_show")
        with pytest.raises(tk.NotAuthorized):
            people.call(who, "sonla_review_round_list")


def test_an_agency_confirms_and_its_leader_approves(
    people: People, opened: dict[str, Any]
) -> None:
    assert people.call("operator", "sonla_review_round_show")["counts"]["waiting"] == 2
    told = _amend(people, opened)
    assert (told["state"], told["changes"]) == ("answered", [])
    told = people.call(
        "agency_leader", "sonla_review_round_answer_approve", id=told["id"]
    )
    assert told["state"] == "approved"
    shown = people.call("auditor", "sonla_review_round_show", id=opened["id"])
    assert shown["counts"] == {
        "waiting": 1, "answered": 0, "returned": 0, "approved": 1,
    }  # fmt: skip
    assert people.call("operator", "sonla_review_round_list")["count"] == 1


def test_approved_changes_come_into_an_edition(
    people: People, opened: dict[str, Any]
) -> None:
    answer = _amend(
        people,
        opened,
        {"change": "changed", "code": "YT-01", "fields": {"title": "Trạm y tế"}},
        {"change": "retired", "code": "YT-02", "reason": "Đã nhập vào YT-01"},
        {
            "change": "added",
            "fields": {
                "title": "Nhà thuốc", "domain": "y-te", "update_cycle": "yearly",
            },
        },
    )  # fmt: skip
    edition = people.call("operator", "sonla_edition_create", kind="amending")
    collect = {"id": opened["id"], "edition_id": edition["id"]}
    told = people.call("operator", "sonla_review_round_collect", **collect)
    assert told["collected"] == 0, "the leader has not approved it yet"
    seen = people.call("operator", "sonla_review_round_show")["answers"]
    assert not any(one["changes"] for one in seen), "still the agency's own affair"
    assert len(_own(people)["changes"]) == 3
    people.call("agency_leader", "sonla_review_round_answer_approve", id=answer["id"])
    told = people.call("operator", "sonla_review_round_collect", **collect)
    assert (told["collected"], told["changes"], told["refused"]) == (1, 3, [])
    listed = people.call("operator", "sonla_entry_list", edition=edition["id"])
    assert [(one["code"], one["change"]) for one in listed["results"]] == [
        ("YT-01", "changed"), ("YT-02", "retired"), ("DL-0001", "added"),
    ]  # fmt: skip
    again = people.call("operator", "sonla_review_round_collect", **collect)
    assert again["collected"] == 0


def test_an_answer_that_no_longer_fits_stays_out_whole_with_its_reason(
    people: People, opened: dict[str, Any]
) -> None:
    answer = _amend(
        people,
        opened,
        {"change": "changed", "code": "YT-01", "fields": {"title": "Trạm y tế"}},
        {
            "change": "added",
            "code": "YT-09",
            "fields": {"title": "A", "domain": "y-te", "update_cycle": "yearly"},
        },
    )
    people.call("agency_leader", "sonla_review_round_answer_approve", id=answer["id"])
    edition = people.call("operator", "sonla_edition_create", kind="amending")
    people.call(
        "operator", "sonla_entry_create", edition_id=edition["id"], code="YT-09",
        title="Khác", lead_agency="so-y-te", domain="y-te", update_cycle="yearly",
    )  # fmt: skip
    collect = {"id": opened["id"], "edition_id": edition["id"]}
    told = people.call("operator", "sonla_review_round_collect", **collect)
    assert told["collected"] == 0
    assert told["refused"][0]["agency"] == "so-y-te"
    assert "code already" in told["refused"][0]["message"]
    listed = people.call("operator", "sonla_entry_list", edition=edition["id"])
    assert listed["results"][0]["change"] == "unchanged", "half an answer came in"
    people.call(
        "operator", "sonla_entry_retire", edition_id=edition["id"], code="YT-09"
    )
    told = people.call("operator", "sonla_review_round_collect", **collect)
    assert told["collected"] == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"change": "changed", "code": "NV-01", "fields": {"title": "X"}}, "NV-01"),
        ({"change": "changed", "code": "YT-01", "fields": {}}, "Nothing"),
        (
            {"change": "changed", "code": "YT-01", "fields": {"priority": 9}},
            "priority",
        ),
        ({"change": "changed", "code": "YT-01", "fields": {"x": 1}}, "Unknown field"),
        ({"change": "retired", "code": "YT-01"}, "Say why"),
        ({"change": "added", "fields": {"title": ""}}, "title"),
        ({"change": "burnt"}, "added, changed or retired"),
        ("nonsense", "added, changed or retired"),
    ],
)
def test_a_bad_change_names_its_line_and_field(
    people: People, opened: dict[str, Any], change: Any, sentence: str
) -> None:
    with pytest.raises(tk.ValidationError) as refused:
        _amend(people, opened, {"change": "retired", "code": "YT-02", "reason": "x"},
               change)  # fmt: skip
    told: Any = refused.value.error_dict["changes"]
    assert all(one.startswith("Change 2") for one in told)
    assert sentence in " ".join(told)
    assert _own(people)["state"] == "waiting"


def test_the_leader_returns_with_directions(
    people: People, opened: dict[str, Any]
) -> None:
    answer = _amend(people, opened)
    with pytest.raises(tk.ValidationError):
        people.call(
            "agency_leader", "sonla_review_round_answer_return", id=answer["id"],
            comment=" ",
        )  # fmt: skip
    told = people.call(
        "agency_leader", "sonla_review_round_answer_return", id=answer["id"],
        comment="Bổ sung danh mục thuốc",
    )  # fmt: skip
    assert (told["state"], told["comment"]) == ("returned", "Bổ sung danh mục thuốc")
    with pytest.raises(tk.ValidationError, match="cannot be done now"):
        people.call(
            "agency_leader", "sonla_review_round_answer_approve", id=answer["id"]
        )
    assert _amend(people, opened)["state"] == "answered"


def test_who_wrote_the_answer_never_approves_it(
    people: People, opened: dict[str, Any]
) -> None:
    """Also with authorization set aside, and also in the database."""
    answer = _amend(people, opened)
    context: Any = {"user": people.officer, "ignore_auth": True}
    with pytest.raises(tk.NotAuthorized):
        tk.get_action("sonla_review_round_answer_approve")(
            context, {"id": answer["id"]}
        )
    update = sa.update(ReviewAnswer).where(ReviewAnswer.id == answer["id"])
    with pytest.raises(DBAPIError, match="four_eyes"):
        model.Session.execute(
            update.values(state="approved", decided_by=people.id_of("officer"))
        )
    model.Session.rollback()
    people.call("agency_leader", "sonla_review_round_answer_approve", id=answer["id"])
    with pytest.raises(DBAPIError, match="stays as it was approved"):
        model.Session.execute(update.values(note="khác"))
    model.Session.rollback()


def test_one_round_at_a_time_and_none_after_its_close(
    people: People, opened: dict[str, Any]
) -> None:
    with pytest.raises(tk.ValidationError, match="A round is open"):
        people.call("operator", "sonla_review_round_open", due=DUE.isoformat())
    told = people.call("operator", "sonla_review_round_close", id=opened["id"])
    assert told["state"] == "closed"
    with pytest.raises(tk.ValidationError, match="closed"):
        _amend(people, opened)
    with pytest.raises(tk.ValidationError, match="closed"):
        people.call("operator", "sonla_review_round_remind", id=opened["id"])
    with pytest.raises(tk.ValidationError, match="past"):
        people.call("operator", "sonla_review_round_open", due="2024-01-01")
    with pytest.raises(tk.ValidationError, match="no agency"):
        people.call(
            "operator", "sonla_review_round_open", due=DUE.isoformat(),
            agencies=["so-khong-co"],
        )  # fmt: skip
    again = people.call(
        "operator", "sonla_review_round_open", due=DUE.isoformat(), agencies=["so-y-te"]
    )
    assert again["counts"]["waiting"] == 1


def test_every_step_is_logged_and_strangers_read_none(
    people: People, opened: dict[str, Any]
) -> None:
    answer = _amend(people, opened)
    people.call("agency_leader", "sonla_review_round_answer_approve", id=answer["id"])
    people.call("operator", "sonla_review_round_close", id=opened["id"])
    about = {"object_type": "review_round", "object_id": opened["id"]}
    assert people.call(None, "sonla_event_list", **about)["count"] == 0
    inside = people.call("auditor", "sonla_event_list", **about)["results"]
    assert [one["name"] for one in inside] == [
        "review_round.closed",
        "review_round.answer_approved",
        "review_round.answered",
        "review_round.opened",
    ]
