"""Before an edition is decided, it says what it would do to what is published."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue.table_schemas import conformance
from ckanext.sonla.shared import clock
from tests.factories import approval as make
from tests.factories import catalogue

if TYPE_CHECKING:
    from tests.catalogue.conftest import People

FILE = "ma,ten,so_luong,ngay\n" + "".join(
    f"SL{n:03},Trạm {n},{n},2026-01-{n:02}\n" for n in range(1, 11)
)
DECISION = {"decision_number": "99/QĐ-UBND", "decision_date": None}


@pytest.fixture
def published(people: People) -> tuple[make.Office, dict[str, Any]]:
    """A dataset of ten rows, published by the health department."""
    office = make.Office(
        people.agency["id"], people.agency["name"], people.officer, people.agency_leader
    )
    catalogue.one_table_entry(
        code="YT-01", lead_agency=office.name, domain="y-te", update_cycle="once"
    )
    revision = make.draft(office, catalogue_entry="YT-01", file=None)
    make.upload(
        office, revision["package_id"], FILE.encode(), format="CSV", filename="t.csv"
    )
    return office, make.approve(office, make.submit(office, revision))


def _amended(people: People, **changes: Any) -> str:
    """Submit an amendment whose table `tram` has other constraints, by field."""
    edition = people.call("operator", "sonla_edition_create", kind="amending")
    schema = copy.deepcopy(catalogue.STATIONS)
    for field in schema["fields"]:
        field.update(changes.get(field["name"], {}))
    schema["fields"] += changes.get("more", [])
    people.call(
        "operator", "sonla_entry_update", edition_id=edition["id"], code="YT-01",
        tables=[{"name": "tram", "title": "Trạm y tế", "schema": schema}],
    )  # fmt: skip
    people.call("operator", "sonla_edition_submit", id=edition["id"])
    return edition["id"]


def _approve(people: People, edition: str, **values: Any) -> dict[str, Any]:
    decision = {**DECISION, "decision_date": clock.today().isoformat(), **values}
    return people.call("leader", "sonla_edition_approve", id=edition, **decision)


def test_a_harmful_amendment_is_stopped_unless_it_is_accepted_with_a_reason(
    people: People, published: tuple[make.Office, dict[str, Any]]
) -> None:
    """Rows and reasons are named; afterwards the dataset is on the operator's list."""
    edition = _amended(
        people,
        so_luong={"constraints": {"minimum": 0, "maximum": 7}},
        ten={"constraints": {"required": True, "pattern": "Trạm [0-8]"}},
    )
    impact = people.call("leader", "sonla_edition_impact", id=edition)
    assert (impact["count"], impact["harmed"], impact["rows"]) == (1, 1, 3)
    (found,) = impact["results"]
    assert (found["kind"], found["rows"], found["wrong"]) == ("tables", 10, 3)
    reasons = {
        one["column"]: (one["rule"], one["count"])
        for one in found["tables"][0]["reasons"]
    }
    assert reasons == {"so_luong": ("maximum", 3), "ten": ("pattern", 2)}
    with pytest.raises(tk.ValidationError) as refused:
        _approve(people, edition)
    assert "1 published dataset would stop" in _told(refused)["impact_reason"][0]
    assert "3 of 10 rows" in _told(refused)["impact"][0]
    assert (
        people.call("operator", "sonla_edition_show", id=edition)["state"]
        == "submitted"
    )
    _approve(people, edition, impact_reason="Sở Y tế cập nhật trong quý này.")
    (listed,) = people.call("operator", "sonla_nonconforming_list")["results"]
    assert (listed["entry"], listed["wrong"]) == ("YT-01", 3)
    assert listed["reason"] == "Sở Y tế cập nhật trong quý này."
    told = people.call("auditor", "sonla_event_list", object_id=edition)["results"]
    assert "edition.impact_accepted" in [one["name"] for one in told]


def test_what_conforms_again_leaves_the_list(
    people: People, published: tuple[make.Office, dict[str, Any]]
) -> None:
    office, revision = published
    edition = _amended(people, so_luong={"constraints": {"maximum": 7}})
    _approve(people, edition, impact_reason="Sẽ cập nhật.")
    conformance.look_again()
    assert people.call("auditor", "sonla_nonconforming_list")["count"] == 1
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=revision["dataset_id"]
    )
    resource = make.show(update["package_id"])["resources"][0]["id"]
    make.upload(
        office, update["package_id"], FILE[: FILE.index("SL008")].encode(),
        id=resource, format="CSV", filename="t.csv",
    )  # fmt: skip
    make.approve(office, make.submit(office, update))
    conformance.look_again()
    model.Session.expire_all()
    assert people.call("auditor", "sonla_nonconforming_list")["count"] == 0


def test_other_columns_and_other_types_concern_the_rows_that_they_concern(
    people: People, published: tuple[make.Office, dict[str, Any]]
) -> None:
    edition = _amended(people, more=[{"name": "xa", "title": "Mã xã"}])
    (found,) = people.call("leader", "sonla_edition_impact", id=edition)["results"]
    assert (found["wrong"], found["tables"][0]["reasons"][0]["rule"]) == (
        10, "column.missing",
    )  # fmt: skip
    people.call("leader", "sonla_edition_reject", id=edition, comment="Xem lại")
    edition = _amended(people, ten={"type": "integer", "constraints": {}})
    (found,) = people.call("leader", "sonla_edition_impact", id=edition)["results"]
    rules = {one["rule"]: one["count"] for one in found["tables"][0]["reasons"]}
    assert (found["wrong"], rules) == (10, {"column.type": 0, "type": 10})


def test_an_amendment_that_harms_nothing_is_approved_as_it_is(
    people: People, published: tuple[make.Office, dict[str, Any]]
) -> None:
    edition = _amended(people, so_luong={"constraints": {"minimum": 0, "maximum": 10}})
    assert people.call("leader", "sonla_edition_impact", id=edition)["count"] == 0
    assert _approve(people, edition)["state"] == "in_force"


def test_a_retired_entry_is_told_and_strangers_learn_nothing_of_drafts(
    people: People, published: tuple[make.Office, dict[str, Any]]
) -> None:
    edition = people.call("operator", "sonla_edition_create", kind="amending")["id"]
    people.call("operator", "sonla_entry_retire", edition_id=edition, code="YT-01")
    impact = people.call("operator", "sonla_edition_impact", id=edition)
    assert [one["kind"] for one in impact["results"]] == ["retired"]
    for who in ("officer", "stranger", None):
        with pytest.raises(tk.NotAuthorized):
            people.call(who, "sonla_edition_impact", id=edition)
        with pytest.raises(tk.NotAuthorized):
            people.call(who, "sonla_nonconforming_list")


@pytest.mark.parametrize("lost", ["retired", "provider"])
def test_what_loses_its_entry_or_its_provider_needs_a_reason_too(
    people: People, published: tuple[make.Office, dict[str, Any]], lost: str
) -> None:
    edition = people.call("operator", "sonla_edition_create", kind="amending")["id"]
    about = {"edition_id": edition, "code": "YT-01"}
    if lost == "retired":
        people.call("operator", "sonla_entry_retire", **about)
    else:
        catalogue.agency(name="so-noi-vu")
        providers = {"kind": "list", "agencies": ["so-noi-vu"]}
        people.call("operator", "sonla_entry_update", **about, providers=providers)
    people.call("operator", "sonla_edition_submit", id=edition)
    impact = people.call("leader", "sonla_edition_impact", id=edition)
    assert (impact["harmed"], impact["results"][0]["kind"]) == (1, lost)
    with pytest.raises(tk.ValidationError) as refused:
        _approve(people, edition)
    assert "1 published dataset would stop" in _told(refused)["impact_reason"][0]
    assert "YT-01" in _told(refused)["impact"][0]
    assert people.call("leader", "sonla_edition_show", id=edition)["state"] == (
        "submitted"
    )
    done = _approve(people, edition, impact_reason="Đã chuyển về Sở Nội vụ.")
    assert done["state"] == "in_force"
    assert people.call("auditor", "sonla_nonconforming_list")["count"] == 0
    told = people.call("auditor", "sonla_event_list", object_id=edition)["results"]
    accepted = [one for one in told if one["name"] == "edition.impact_accepted"]
    assert accepted[0]["data"]["reason"] == "Đã chuyển về Sở Nội vụ."
    # What is lost already is no harm of the next edition.
    if lost == "provider":
        next_one = people.call("operator", "sonla_edition_create", kind="amending")
        people.call(
            "operator", "sonla_entry_retire", edition_id=next_one["id"], code="YT-01"
        )
        impact = people.call("operator", "sonla_edition_impact", id=next_one["id"])
        assert (impact["count"], impact["harmed"]) == (1, 0)


def _told(refused: Any) -> dict[str, Any]:
    return refused.value.error_dict


def _keyed(*keys: dict[str, Any]) -> list[dict[str, Any]]:
    schema = {"fields": [{"name": "a"}, {"name": "b"}], "foreignKeys": list(keys)}
    return [{"name": "t", "title": "T", "schema": schema}]


def _key(entry: str, field: str = "a", fields: str = "b") -> dict[str, Any]:
    reference = {"entry": entry, "resource": "t", "fields": fields}
    return {"fields": field, "reference": reference}


def test_keys_that_lead_nowhere_or_in_a_circle_are_refused_when_it_is_submitted(
    people: People, edition: dict[str, Any], line: dict[str, Any]
) -> None:
    for code, tables in (
        ("A", _keyed(_key("B"))), ("B", _keyed(_key("C"))), ("C", _keyed(_key("A"))),
        ("D", _keyed(_key("X"), _key("A", fields="z"))),
    ):  # fmt: skip
        people.call(
            "operator", "sonla_entry_create", edition_id=edition["id"],
            **{**line, "code": code, "tables": tables},
        )  # fmt: skip
    with pytest.raises(tk.ValidationError) as refused:
        people.call("operator", "sonla_edition_submit", id=edition["id"])
    told = " ".join(_told(refused)["tables"])
    assert "X · t" in told
    assert "no field z" in told
    assert "in a circle" in told
    for code in ("C", "D"):
        people.call(
            "operator", "sonla_entry_update", edition_id=edition["id"], code=code,
            tables=_keyed(),
        )  # fmt: skip
    people.call("operator", "sonla_edition_submit", id=edition["id"])
