"""Article 7.1: operators write an edition, the leader records the decision on it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

import ckan.plugins.toolkit as tk
from ckan import model
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
    people.call(
        "leader", "sonla_edition_approve", id=second["id"],
        **_decision(effective_date=later.isoformat()),
    )  # fmt: skip
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
