"""Article 7.1: operators write an edition, the leader records the decision on it."""

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
from ckanext.sonla.catalogue.model import Edition
from ckanext.sonla.shared import clock
from tests.factories import catalogue as make

if TYPE_CHECKING:
    from tests.catalogue.conftest import People

EVERYBODY = (
    "operator",
    "leader",
    "auditor",
    "officer",
    "agency_leader",
    "sysadmin",
    "stranger",
    None,
)
# Who may call what; everybody else is refused.
WRITERS = {
    "sonla_edition_create": ("operator",),
    "sonla_entry_create": ("operator",),
    "sonla_entry_update": ("operator",),
    "sonla_entry_retire": ("operator",),
    "sonla_edition_import": ("operator",),
    "sonla_edition_import_show": ("operator",),
    "sonla_edition_import_confirm": ("operator",),
    "sonla_edition_submit": ("operator",),
    "sonla_edition_rebase": ("operator",),
    "sonla_edition_approve": ("leader",),
    "sonla_edition_reject": ("leader",),
}


def _decision(**values: Any) -> dict[str, Any]:
    return {
        "decision_number": "782/QĐ-UBND",
        "decision_date": clock.today().isoformat(),
        **values,
    }


def _submitted(
    people: People, line: dict[str, Any], kind: str = "replacing"
) -> dict[str, Any]:
    edition = people.call("operator", "sonla_edition_create", kind=kind)
    people.call("operator", "sonla_entry_create", edition_id=edition["id"], **line)
    return people.call("operator", "sonla_edition_submit", id=edition["id"])


def test_each_step_is_for_its_role_only(people: People) -> None:
    """The technical account is no operator: it is refused as well."""
    for action, allowed in WRITERS.items():
        for who in EVERYBODY:
            name = getattr(people, who) if who else ""
            context: Any = {"user": name, "ignore_auth": False}
            if who in allowed:
                assert tk.check_access(action, context, {})
            else:
                with pytest.raises(tk.NotAuthorized):
                    tk.check_access(action, context, {})


def test_an_edition_comes_into_force_by_a_decision(
    people: People, line: dict[str, Any]
) -> None:
    edition = _submitted(people, line)
    assert people.call(None, "sonla_entry_list")["count"] == 0
    done = people.call(
        "leader", "sonla_edition_approve", id=edition["id"], **_decision()
    )
    assert done["state"] == "in_force"
    shown = people.call(None, "sonla_entry_show", code="YT-01")
    assert shown["state"] == "in_force"
    assert shown["decision_number"] == "782/QĐ-UBND"
    assert shown["providers"] == {"kind": "one", "agencies": ["so-y-te"], "class": None}
    assert shown["licence"] == "sonla-terms"


def test_strangers_learn_nothing_of_drafts(
    people: People, edition: dict[str, Any], line: dict[str, Any]
) -> None:
    people.call("operator", "sonla_entry_create", edition_id=edition["id"], **line)
    for who in ("officer", "stranger", None):
        assert people.call(who, "sonla_edition_list")["count"] == 0
        for action, data in (
            ("sonla_edition_show", {"id": edition["id"]}),
            ("sonla_entry_list", {"edition": edition["id"]}),
            ("sonla_entry_show", {"code": "YT-01", "edition": edition["id"]}),
        ):
            with pytest.raises(tk.NotAuthorized):
                people.call(who, action, **data)
    for who in ("operator", "leader", "auditor", "sysadmin"):
        assert people.call(who, "sonla_edition_list")["count"] == 1


def test_who_wrote_an_edition_never_decides_on_it(
    people: People, line: dict[str, Any]
) -> None:
    """Also with authorization set aside, and also in the database."""
    edition = _submitted(people, line)
    action = tk.get_action("sonla_edition_approve")
    with pytest.raises(tk.NotAuthorized):
        action(
            {"user": people.operator, "ignore_auth": True},
            {"id": edition["id"], **_decision()},
        )
    writer = people.id_of("operator")
    with pytest.raises(DBAPIError, match="four_eyes"):
        model.Session.execute(
            sa.update(Edition)
            .where(Edition.id == edition["id"])
            .values(
                state="in_force",
                decided_by=writer,
                decision_number="1",
                decision_date=clock.today(),
                effective_date=clock.today(),
            )
        )
    model.Session.rollback()


def test_the_entries_of_a_submitted_edition_are_frozen(
    people: People, line: dict[str, Any]
) -> None:
    edition = _submitted(people, line)
    for action, data in (
        ("sonla_entry_update", {"code": "YT-01", "title": "Khác"}),
        ("sonla_entry_retire", {"code": "YT-01"}),
        ("sonla_entry_create", {**line, "code": "YT-02"}),
    ):
        with pytest.raises(tk.ValidationError):
            people.call("operator", action, edition_id=edition["id"], **data)
    with pytest.raises(DBAPIError, match="frozen"):
        model.Session.execute(sa.text("UPDATE sonla_entry SET title = 'khác'"))
    model.Session.rollback()


def test_what_was_decided_stays_in_the_database(
    people: People, line: dict[str, Any]
) -> None:
    make.entry_in_force(**line)
    for statement in (
        "UPDATE sonla_edition SET decision_number = '1/QĐ'",
        "UPDATE sonla_edition SET state = 'draft'",
        "DELETE FROM sonla_edition",
        "DELETE FROM sonla_entry",
        "DELETE FROM sonla_entry_provider",
        "INSERT INTO sonla_entry_provider SELECT id, 'x' FROM sonla_entry",
    ):
        with pytest.raises(DBAPIError, match=r"frozen|stays"):
            model.Session.execute(sa.text(statement))
        model.Session.rollback()


def test_a_rejected_edition_is_edited_and_submitted_again(
    people: People, line: dict[str, Any]
) -> None:
    edition = _submitted(people, line)
    told = people.call(
        "leader", "sonla_edition_reject", id=edition["id"], comment="Thiếu mô tả"
    )
    assert (told["state"], told["comment"]) == ("rejected", "Thiếu mô tả")
    people.call(
        "operator", "sonla_entry_update", edition_id=edition["id"], code="YT-01",
        description="Mô tả",
    )  # fmt: skip
    again = people.call("operator", "sonla_edition_submit", id=edition["id"])
    assert again["state"] == "submitted"


def test_an_amending_edition_carries_what_it_does_not_change(
    people: People, line: dict[str, Any]
) -> None:
    make.entries_in_force(line, {**line, "code": "YT-02"}, {**line, "code": "YT-03"})
    edition = people.call("operator", "sonla_edition_create", kind="amending")
    assert edition["entries"]["unchanged"] == 3
    with pytest.raises(tk.ValidationError, match="changes nothing"):
        people.call("operator", "sonla_edition_submit", id=edition["id"])
    people.call(
        "operator", "sonla_entry_update", edition_id=edition["id"], code="YT-02",
        title="Bệnh viện",
    )  # fmt: skip
    people.call(
        "operator", "sonla_entry_retire", edition_id=edition["id"], code="YT-03"
    )
    assert people.call(None, "sonla_entry_show", code="YT-02")["title"] != "Bệnh viện"
    people.call("operator", "sonla_edition_submit", id=edition["id"])
    people.call("leader", "sonla_edition_approve", id=edition["id"], **_decision())
    listed = people.call(None, "sonla_entry_list")
    assert [one["code"] for one in listed["results"]] == ["YT-01", "YT-02"]
    assert listed["results"][0]["provider_agencies"] == ["so-y-te"]
    assert listed["results"][1]["title"] == "Bệnh viện"
    assert people.call(None, "sonla_entry_show", code="YT-03")["state"] == "retired"


def test_one_edition_is_in_force_at_a_date(
    people: People, line: dict[str, Any]
) -> None:
    today = clock.today()
    first = _submitted(people, line)
    people.call(
        "leader", "sonla_edition_approve", id=first["id"],
        **_decision(decision_date=(today - timedelta(days=30)).isoformat()),
    )  # fmt: skip
    second = _submitted(people, {**line, "title": "Tên mới"})
    later = today + timedelta(days=10)
    told = people.call(
        "leader", "sonla_edition_approve", id=second["id"],
        **_decision(effective_date=later.isoformat()),
    )  # fmt: skip
    assert told["state"] == "approved"
    now = people.call(None, "sonla_entry_show", code="YT-01")
    then = people.call(None, "sonla_entry_show", code="YT-01", date=later.isoformat())
    assert (now["title"], then["title"]) == ("Danh sách trạm y tế xã", "Tên mới")
    with pytest.raises(tk.ObjectNotFound):
        people.call(None, "sonla_entry_show", code="YT-01", date="2020-01-01")
    third = _submitted(people, {**line, "title": "Cùng lúc"})
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
    first = _submitted(people, line)
    people.call("leader", "sonla_edition_approve", id=first["id"], **_decision())
    second = _submitted(people, {**line, "title": "Tên mới"})
    later = clock.today() + timedelta(days=2)
    people.call(
        "leader", "sonla_edition_approve", id=second["id"],
        **_decision(effective_date=later.isoformat()),
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
        _submitted(people, {**line, "code": "YT-02"}, "amending"),
        _submitted(people, {**line, "code": "YT-03"}),
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
                    {"id": edition["id"], **_decision()},
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


def test_an_edition_that_was_overtaken_is_brought_up_to_date(
    people: People, line: dict[str, Any]
) -> None:
    make.entries_in_force(line, {**line, "code": "YT-02"}, {**line, "code": "YT-03"})
    edition = people.call("operator", "sonla_edition_create", kind="amending")
    own = {"edition_id": edition["id"]}
    people.call("operator", "sonla_entry_update", code="YT-01", title="Của mình", **own)
    people.call("operator", "sonla_entry_retire", code="YT-03", **own)
    people.call("operator", "sonla_entry_create", **own, **{**line, "code": "YT-09"})
    other = people.call("operator", "sonla_edition_create", kind="amending")
    people.call(
        "operator", "sonla_entry_update", edition_id=other["id"], code="YT-01",
        title="Của họ",
    )  # fmt: skip
    people.call(
        "operator", "sonla_entry_update", edition_id=other["id"], code="YT-02",
        title="Cũng của họ",
    )  # fmt: skip
    people.call("operator", "sonla_edition_submit", id=other["id"])
    people.call("leader", "sonla_edition_approve", id=other["id"], **_decision())
    with pytest.raises(tk.ValidationError, match="up to date"):
        people.call("operator", "sonla_edition_submit", id=edition["id"])
    told = people.call("operator", "sonla_edition_rebase", id=edition["id"])
    assert told["conflicts"] == ["YT-01"]
    assert told["edition"]["base_id"] == other["id"]
    listed = people.call("operator", "sonla_entry_list", edition=edition["id"])
    assert {
        (one["code"], one["title"], one["change"]) for one in listed["results"]
    } == {
        ("YT-01", "Của mình", "changed"),
        ("YT-02", "Cũng của họ", "unchanged"),
        ("YT-03", line["title"], "retired"),
        ("YT-09", line["title"], "added"),
    }
    people.call("operator", "sonla_edition_submit", id=edition["id"])


def test_an_edition_is_compared_with_the_one_in_force(
    people: People, line: dict[str, Any]
) -> None:
    """Also one that replaces all: silence takes a line out."""
    make.entries_in_force(line, {**line, "code": "YT-02"}, {**line, "code": "YT-03"})
    edition = people.call("operator", "sonla_edition_create", kind="replacing")
    for changed in (
        {**line, "title": "Tên mới", "update_cycle": "yearly"},
        {**line, "code": "YT-02"},
        {**line, "code": "YT-07"},
    ):
        people.call(
            "operator", "sonla_entry_create", edition_id=edition["id"], **changed
        )
    told = people.call("operator", "sonla_edition_compare", id=edition["id"])
    assert told["counts"] == {"added": 1, "changed": 1, "retired": 1, "unchanged": 1}
    by_code = {one["code"]: one for one in told["results"]}
    assert {code: one["change"] for code, one in by_code.items()} == {
        "YT-01": "changed", "YT-03": "retired", "YT-07": "added",
    }  # fmt: skip
    fields: Any = {one["field"]: one for one in by_code["YT-01"]["fields"]}
    assert set(fields) == {"title", "update_cycle"}
    assert fields["title"]["after"] == "Tên mới"
    only = people.call(
        "operator", "sonla_edition_compare", id=edition["id"], change="retired"
    )
    assert [one["code"] for one in only["results"]] == ["YT-03"]
    with pytest.raises(tk.NotAuthorized):
        people.call(None, "sonla_edition_compare", id=edition["id"])


def test_two_amendments_of_one_edition_do_not_overwrite_each_other(
    people: People, line: dict[str, Any]
) -> None:
    make.entry_in_force(**line)
    editions = [
        _submitted(people, {**line, "code": code}, "amending")
        for code in ("YT-02", "YT-03")
    ]
    people.call("leader", "sonla_edition_approve", id=editions[0]["id"], **_decision())
    with pytest.raises(tk.ValidationError, match="since this one was begun"):
        people.call(
            "leader", "sonla_edition_approve", id=editions[1]["id"], **_decision()
        )


def test_a_decision_is_not_of_tomorrow_and_has_a_number(
    people: People, line: dict[str, Any]
) -> None:
    edition = _submitted(people, line)
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
                **_decision(**wrong),
            )


def test_every_step_is_an_event_and_names_no_person(
    people: People, line: dict[str, Any]
) -> None:
    edition = _submitted(people, line)
    people.call("leader", "sonla_edition_approve", id=edition["id"], **_decision())
    public = people.call(None, "sonla_event_list", object_id=edition["id"])["results"]
    assert [one["name"] for one in public] == ["edition.in_force"]
    assert public[0]["data"]["decision_number"] == "782/QĐ-UBND"
    assert "actor" not in public[0]
    inside = people.call("auditor", "sonla_event_list", object_id=edition["id"])
    assert [one["name"] for one in inside["results"]] == [
        "edition.in_force",
        "edition.submitted",
        "edition.created",
    ]
