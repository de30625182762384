"""A table update says what it is: all of it, one period, more rows, or by key."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from ckan.tests import factories
from ckanext.sonla.approval.history import versions as history
from ckanext.sonla.approval.storage import store
from ckanext.sonla.intake import loads
from tests.factories import approval as make
from tests.factories import catalogue

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

SCHEMA: dict[str, Any] = {
    "primaryKey": ["thang", "huyen"],
    "fields": [
        {"name": "thang", "title": "Tháng", "type": "yearmonth"},
        {"name": "huyen", "title": "Huyện"},
        {
            "name": "so",
            "title": "Số",
            "type": "integer",
            "constraints": {"minimum": 0},
        },
    ],
}
SET = "sonla_revision_table_set"
HEADER = "thang,huyen,so\n"
WHOLE = (
    HEADER + "2026-07,A,1\n2026-07,B,2\n2026-08,A,3\n2026-08,B,4\n2026-09,A,5\n"
).encode()


@pytest.fixture
def office() -> make.Office:
    """An agency with an officer and a leader."""
    return make.office()


@pytest.fixture
def first(office: make.Office) -> dict[str, Any]:
    """A published table of three months, for a monthly entry."""
    entry = catalogue.entry_in_force(
        lead_agency=office.name,
        update_cycle="monthly",
        content_kind="table",
        tables=[{"name": "so_lieu", "title": "Số liệu", "schema": SCHEMA}],
    )
    revision = make.draft(office, catalogue_entry=entry["code"], file=None)
    put(office, revision["package_id"], WHOLE, "so-lieu.csv")
    return make.approve(office, make.submit(office, revision, data_period="2026-09"))


def put(
    office: make.Office, package_id: str, content: bytes, name: str, **values: Any
) -> dict[str, Any]:
    values = {"filename": name, "format": "CSV", "name": "Số liệu", **values}
    return make.upload(office, package_id, content, **values)


class Draft:
    """An update of the published table, as its officer works on it."""

    def __init__(self, office: make.Office, first: dict[str, Any]) -> None:
        self.office = office
        self.public = make.show(first["dataset_id"])["resources"][0]["id"]
        self.revision = make.act(
            office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
        )
        self.id = make.show(self.revision["package_id"])["resources"][0]["id"]

    def set(self, mode: str, **values: Any) -> dict[str, Any]:
        return make.act(
            self.office.officer,
            SET,
            **self.asked(mode, **values),
        )

    def asked(self, mode: str, **values: Any) -> dict[str, Any]:
        return {
            "id": self.revision["id"],
            "resource_id": self.id,
            "mode": mode,
            **values,
        }

    def refused(self, mode: str, **values: Any) -> Any:
        return make.refusal(
            self.office.officer,
            SET,
            **self.asked(mode, **values),
        )

    def put(self, rows: str, name: str = "phan.csv") -> dict[str, Any]:
        content = (HEADER + rows).encode()
        put(self.office, self.revision["package_id"], content, name, id=self.id)
        return self.load()

    def load(self) -> dict[str, Any]:
        return make.act(self.office.officer, "sonla_load_show", resource_id=self.id)

    def rows(self) -> list[tuple[str, str, int]]:
        return told(self.office.officer, self.id)

    def upsert(self, *records: dict[str, Any], **values: Any) -> None:
        make.act(
            self.office.officer,
            "datastore_upsert",
            resource_id=self.id,
            records=list(records),
            force=True,
            **values,
        )

    def publish(self, **values: Any) -> dict[str, Any]:
        submitted = make.submit(self.office, self.revision, **values)
        return make.approve(self.office, submitted)


@pytest.fixture
def draft(office: make.Office, first: dict[str, Any]) -> Draft:
    """An opened update of the published table."""
    return Draft(office, first)


def told(user: str | None, resource_id: str) -> list[tuple[str, str, int]]:
    return [
        (row["thang"], row["huyen"], row["so"]) for row in make.rows(user, resource_id)
    ]


BEFORE = [
    ("2026-07", "A", 1),
    ("2026-07", "B", 2),
    ("2026-08", "A", 3),
    ("2026-08", "B", 4),
    ("2026-09", "A", 5),
]


def counts(load: dict[str, Any]) -> tuple[int, int, int]:
    changes = load["changes"]
    return changes["added"], changes["changed"], changes["removed"]


def test_a_file_replaces_all_unless_something_else_is_said(draft):
    load = draft.put("2026-09,A,5\n2026-10,A,6\n")
    assert (load["changes"]["mode"], counts(load)) == ("replace", (1, 0, 4))
    assert draft.rows() == [("2026-09", "A", 5), ("2026-10", "A", 6)]


def test_one_period_is_replaced_and_the_others_stay(draft):
    draft.set("period", period="2026-08")
    load = draft.put("2026-08,B,40\n2026-08,C,9\n")
    assert (load["state"], counts(load)) == ("done", (1, 1, 1))
    assert draft.rows() == [
        ("2026-07", "A", 1),
        ("2026-07", "B", 2),
        ("2026-08", "B", 40),
        ("2026-09", "A", 5),
        ("2026-08", "C", 9),
    ]


def test_a_quarter_is_replaced_by_its_months(draft):
    draft.set("period", period="2026-Q3")
    assert counts(draft.put("2026-07,A,1\n")) == (0, 0, 4)
    assert draft.rows() == [("2026-07", "A", 1)]


def test_rows_outside_the_period_are_refused_by_row_column_and_value(draft):
    draft.set("period", period="2026-08")
    load = draft.put("2026-08,B,40\n2026-09,B,1\n")
    assert load["state"] == "failed"
    assert [
        (one["rule"], one["row"], one["column"], one["value"])
        for one in load["findings"]
    ] == [("update.period", 2, "thang", "2026-09")]
    assert "2026-08" in load["findings"][0]["sentence"]


def test_added_rows_come_to_the_others_and_a_known_key_is_refused(draft):
    draft.set("add")
    load = draft.put("2026-10,A,6\n2026-08,B,4\n")
    assert load["state"] == "failed"
    assert [
        (one["rule"], one["row"], one["column"], one["value"])
        for one in load["findings"]
    ] == [("unique", 2, "thang, huyen", "2026-08 | B")]
    load = draft.put("2026-10,A,6\n")
    assert (load["state"], counts(load)) == ("done", (1, 0, 0))
    assert draft.rows() == [*BEFORE, ("2026-10", "A", 6)]


def test_an_update_by_key_changes_known_rows_and_adds_others(draft):
    draft.set("key")
    load = draft.put("2026-08,A,30\n2026-10,A,6\n2026-07,A,1\n")
    assert counts(load) == (1, 1, 0)
    assert draft.rows() == [
        *BEFORE[:2],
        ("2026-08", "A", 30),
        *BEFORE[3:],
        ("2026-10", "A", 6),
    ]


def test_a_part_obeys_the_table_schema_too(draft):
    draft.set("key")
    load = draft.put("2026-08,A,-1\n2026-8,B,1\n2026-09,A,1\n2026-09,A,2\n")
    assert {(one["rule"], one["row"]) for one in load["findings"]} == {
        ("minimum", 1),
        ("type", 2),
        ("unique", 4),
    }


def test_the_same_file_in_another_mode_starts_from_the_public_table_again(draft):
    draft.set("add")
    draft.put("2026-10,A,6\n")
    draft.set("replace")
    assert draft.load()["state"] == "waiting"
    loads.run(draft.id)
    assert draft.rows() == [("2026-10", "A", 6)]
    draft.set("key")
    loads.run(draft.id)
    assert draft.rows() == [*BEFORE, ("2026-10", "A", 6)]


def test_the_public_file_is_the_whole_table_and_the_part_stays_as_evidence(draft):
    before = make.show(draft.revision["dataset_id"])["resources"][0]
    draft.set("key")
    part = draft.put("2026-08,A,30\n", "phan-thang-8.csv")["sha256"]
    published = draft.publish()
    resource = make.act(None, "package_show", id=draft.revision["dataset_id"])[
        "resources"
    ][0]
    with store.reading(resource["sha256"]) as file:
        whole = file.read().decode()
    assert whole == (
        "thang,huyen,so\n2026-07,A,1\n2026-07,B,2\n2026-08,A,30\n2026-08,B,4\n"
        "2026-09,A,5\n"
    )
    assert resource["url"] == before["url"], "its address stays"
    assert int(resource["size"]) == len(whole)
    assert told(None, resource["id"])[2] == ("2026-08", "A", 30)
    content = model.Session.scalar(
        sa.text("SELECT content FROM sonla_revision WHERE id = :id"),
        {"id": published["id"]},
    )
    frozen = content["resources"][0]
    assert frozen["file"]["sha256"] == frozen["table"]["sha256"] == resource["sha256"]
    shown = make.act(draft.office.leader, "sonla_revision_show", id=published["id"])[
        "resources"
    ][0]
    assert shown["part"] == {"sha256": part, "name": "phan-thang-8.csv"}
    versions = history.versions(draft.revision["dataset_id"])
    assert {part, resource["sha256"]} <= history.kept_addresses(versions)


def test_the_next_update_inherits_the_whole_and_changes_it_again(office, first, draft):
    draft.set("key")
    draft.put("2026-08,A,30\n")
    draft.publish()
    again = Draft(office, first)
    assert again.load()["state"] == "done"
    again.set("add")
    assert again.load()["state"] == "done", "nothing of the public file is loaded"
    assert again.rows()[2] == ("2026-08", "A", 30)
    assert counts(again.put("2026-10,A,6\n")) == (1, 0, 0)
    again.publish()
    assert len(told(None, again.public)) == 6


def test_a_returned_update_is_as_the_officer_left_it(draft):
    draft.set("key")
    part = draft.put("2026-08,A,30\n")["sha256"]
    make.submit(draft.office, draft.revision)
    make.act(
        draft.office.leader,
        "sonla_revision_return",
        id=draft.revision["id"],
        comment="Xem lại",
    )
    resource = make.show(draft.revision["package_id"])["resources"][0]
    assert (resource["sha256"], resource["url"].rsplit("/", 1)[-1]) == (
        part,
        "phan.csv",
    )
    draft.put("2026-08,A,31\n")
    draft.publish()
    assert told(None, draft.public)[2] == ("2026-08", "A", 31)


def test_how_a_table_is_updated_stands_still_once_submitted(draft):
    draft.set("key")
    draft.put("2026-08,A,30\n")
    make.submit(draft.office, draft.revision)
    assert "state" in draft.refused("replace")
    with pytest.raises(tk.NotAuthorized):
        model.Session.execute(
            sa.text("UPDATE sonla_revision_resource SET mode = 'add'")
        )
    model.Session.rollback()


@pytest.mark.parametrize(
    ("mode", "values", "field"),
    [
        ("all", {}, "mode"),
        ("period", {}, "period"),
        ("period", {"period": "2026-13"}, "period"),
        ("add", {"period": "2026-08"}, "period"),
    ],
)
def test_errors_are_named_by_their_field(draft, mode, values, field):
    assert list(draft.refused(mode, **values)) == [field]


def test_only_the_officer_says_it_and_nobody_of_another_office(draft):
    assert make.act(draft.office.officer, SET, **draft.asked("key"))
    others = make.office()
    for user in (draft.office.leader, others.officer, None):
        assert make.refusal(user, SET, **draft.asked("add")) == "403"


def test_the_form_of_the_resource_says_it_too(draft):
    make.act(
        draft.office.officer,
        "resource_update",
        **{
            **make.act(draft.office.officer, "resource_show", id=draft.id),
            "update_mode": "period",
            "update_period": "2026-08",
            "update_note": "Sửa số tháng 8",
            "upload": FileStorage(
                io.BytesIO((HEADER + "2026-08,B,40\n").encode()), filename="p.csv"
            ),
        },
    )
    loads.run(draft.id)
    assert counts(draft.load()) == (0, 1, 1)
    resource = make.act(draft.office.officer, "resource_show", id=draft.id)
    assert not [name for name in resource if name.startswith("update_")]
    refused = make.refusal(
        draft.office.officer,
        "resource_patch",
        id=draft.id,
        update_mode="period",
        update_period="2026-99",
    )
    assert list(refused) == ["update_period"]


def test_a_correction_of_a_past_period_needs_a_public_note(draft):
    draft.set("period", period="2026-08")
    draft.put("2026-08,A,33\n2026-08,B,4\n")
    refused = make.refusal(
        draft.office.officer, "sonla_revision_submit", id=draft.revision["id"]
    )
    assert (next(iter(refused)), refused["periods"]) == ("public_note", ["2026-08"])
    published = draft.publish(public_note="Đính chính số liệu tháng 8")
    stranger = make.act(None, "sonla_revision_show", id=published["id"])
    assert stranger["public_note"] == "Đính chính số liệu tháng 8"
    assert stranger["updates"] == [
        {
            "resource_id": draft.public,
            "mode": "period",
            "period": "2026-08",
            "note": None,
        }
    ]


def test_an_earlier_data_period_is_a_correction_and_a_later_one_is_not(draft):
    draft.put("2026-07,A,1\n")
    refused = make.refusal(
        draft.office.officer,
        "sonla_revision_submit",
        id=draft.revision["id"],
        data_period="2026-08",
    )
    assert refused["periods"] == ["2026-08"]
    draft.set("period", period="2026-10")
    draft.put("2026-10,A,6\n")
    assert draft.publish(data_period="2026-10")["public_note"] is None


def test_the_note_that_was_said_of_the_table_is_enough(draft):
    draft.set("period", period="2026-07", note="Nhập nhầm huyện B")
    draft.put("2026-07,A,1\n")
    assert draft.publish()["public_note"] == "Nhập nhầm huyện B"


def test_rows_written_through_the_api_are_held_to_the_mode(draft):
    draft.set("add")
    draft.upsert({"thang": "2026-10", "huyen": "A", "so": 6})
    draft.upsert({"thang": "2026-08", "huyen": "A", "so": 0})
    refused = make.refusal(
        draft.office.officer, "sonla_revision_submit", id=draft.revision["id"]
    )
    assert [(one["rule"], one["value"]) for one in refused["findings"]] == [
        ("update.changed", "2026-08 | A")
    ]
    draft.set("key")
    draft.publish()
    assert len(told(None, draft.public)) == 6
    resource = make.show(draft.revision["dataset_id"])["resources"][0]
    with store.reading(resource["sha256"]) as file:
        assert b"2026-08,A,0\n" in file.read()


def test_rows_outside_the_period_that_the_api_touches_are_found(draft):
    draft.set("period", period="2026-09")
    draft.upsert({"thang": "2026-09", "huyen": "A", "so": 50})
    draft.upsert({"thang": "2026-10", "huyen": "A", "so": 6})
    make.act(
        draft.office.officer,
        "datastore_records_delete",
        resource_id=draft.id,
        filters={"thang": "2026-07", "huyen": "A"},
        force=True,
    )
    refused = make.refusal(
        draft.office.officer, "sonla_revision_submit", id=draft.revision["id"]
    )
    assert sorted((one["rule"], one["value"]) for one in refused["findings"]) == [
        ("update.added", "2026-10 | A"),
        ("update.removed", "2026-07 | A"),
    ]


def test_a_new_resource_replaces_nothing(draft):
    added = put(draft.office, draft.revision["package_id"], WHOLE, "hai.csv")
    refused = make.refusal(
        draft.office.officer,
        SET,
        **{**draft.asked("key"), "resource_id": added["id"]},
    )
    assert list(refused) == ["mode"]


def test_the_form_offers_what_is_possible_and_the_pages_tell_what_came(app, draft):
    env = {"Authorization": factories.APIToken(user=draft.office.officer)["token"]}
    edit = f"/dataset/{draft.revision['package_id']}/resource/{draft.id}/edit"
    form = app.get(edit, headers=env).body
    for mode in ("replace", "period", "add", "key"):
        assert f'id="update-mode-{mode}"' in form
    assert "disabled" not in form.split('id="table-update"')[1].split("</fieldset>")[0]
    draft.set("period", period="2026-08", note="Đính chính huyện B")
    draft.put("2026-08,A,3\n")
    page = app.get(edit.removesuffix("/edit"), headers=env).body
    assert "0 rows added, 0 changed, 1 removed" in page
    draft.publish()
    name = make.show(draft.revision["dataset_id"])["name"]
    history = app.get(f"/dataset/{name}/history").body
    assert "Đính chính huyện B" in history


def test_a_file_that_is_no_table_has_nothing_to_choose(app, office):
    first = make.published(office)
    draft = Draft(office, first)
    env = {"Authorization": factories.APIToken(user=office.officer)["token"]}
    edit = f"/dataset/{draft.revision['package_id']}/resource/{draft.id}/edit"
    assert "table-update" not in app.get(edit, headers=env).body
    assert list(draft.refused("add")) == ["mode"]


def test_an_erasure_reaches_the_part_that_was_uploaded(draft):
    agency = factories.Organization(name=config["sonla.policy.operating_office"])
    operator = make.appoint(agency["id"], "operator")
    draft.set("key")
    part = draft.put("2026-08,A,30\n")["sha256"]
    published = draft.publish()
    make.act(
        operator,
        "sonla_revision_erase",
        id=published["id"],
        what=[{"resource": "Số liệu", "rows": {"thang": "2026-08", "huyen": "A"}}],
        decision={"number": "15/QĐ", "date": "2026-11-20", "text": "Xóa theo đơn"},
    )
    assert not store.exists(part)
    assert len(told(None, draft.public)) == 4


# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
