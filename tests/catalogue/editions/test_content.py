"""What an edition holds: frozen when submitted, kept when decided, amended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

import ckan.plugins.toolkit as tk
from ckan import model
from tests.factories import catalogue as make

from .deciding import decision, submitted

if TYPE_CHECKING:
    from tests.catalogue.conftest import People


def test_the_entries_of_a_submitted_edition_are_frozen(
    people: People, line: dict[str, Any]
) -> None:
    edition = submitted(people, line)
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
    edition = submitted(people, line)
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
    people.call("leader", "sonla_edition_approve", id=edition["id"], **decision())
    listed = people.call(None, "sonla_entry_list")
    assert [one["code"] for one in listed["results"]] == ["YT-01", "YT-02"]
    assert listed["results"][0]["provider_agencies"] == ["so-y-te"]
    assert listed["results"][1]["title"] == "Bệnh viện"
    assert people.call(None, "sonla_entry_show", code="YT-03")["state"] == "retired"


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
    people.call("leader", "sonla_edition_approve", id=other["id"], **decision())
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
        submitted(people, {**line, "code": code}, "amending")
        for code in ("YT-02", "YT-03")
    ]
    people.call("leader", "sonla_edition_approve", id=editions[0]["id"], **decision())
    with pytest.raises(tk.ValidationError, match="since this one was begun"):
        people.call(
            "leader", "sonla_edition_approve", id=editions[1]["id"], **decision()
        )
