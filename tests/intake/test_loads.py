"""An officer's file becomes the table of the draft, from upload to submission."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from werkzeug.datastructures import FileStorage

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckanext.sonla.intake import loads
from ckanext.sonla.intake.model import Load
from ckanext.sonla.shared.checks import run_checks
from tests.factories import approval, catalogue

if TYPE_CHECKING:
    from tests.factories.approval import Office

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

SCHEMA: dict[str, Any] = {
    "primaryKey": ["ma"],
    "fields": [
        {"name": "ma", "title": "Mã trạm", "constraints": {"pattern": "TR\\d{3}"}},
        {"name": "ten", "title": "Tên", "description": "Tên đầy đủ"},
        {
            "name": "dien_tich",
            "title": "Diện tích",
            "type": "number",
            "decimalChar": ",",
            "groupChar": ".",
            "unit": "ha",
            "constraints": {"minimum": 0},
        },
        {"name": "ngay", "title": "Ngày", "type": "date", "format": "%d/%m/%Y"},
    ],
}
GOOD = (
    "Mã trạm;TÊN;Dien tich;Ngày\nTR001;Trạm Mường Và;1.234,5;2/9/2026\n"
    "TR002;Trạm Chiềng Sơ;0,25;30/4/2026\n"
).encode()
BAD = (
    "Mã trạm;TÊN;Dien tich;Ngày\nTR001;Trạm A;-1;2/9/2026\n"
    "TR001;Trạm B;1.23;31/2/2026\nX;Trạm C;;\n"
).encode()


@pytest.fixture
def office() -> Office:
    """An agency with an officer and a leader."""
    return approval.office()


@pytest.fixture
def package_id(office: Office) -> str:
    """A draft without files, whose entry asks for the table of stations."""
    entry = catalogue.entry_in_force(
        lead_agency=office.name,
        update_cycle="once",
        content_kind="table",
        tables=[{"name": "tram", "title": "Trạm", "schema": SCHEMA}],
    )
    revision = approval.draft(office, catalogue_entry=entry["code"], file=None)
    return revision["package_id"]


def put(
    office: Office, package_id: str, content: bytes, name: str = "a.csv", **values: Any
) -> dict[str, Any]:
    """Let the officer upload a file; no worker loads it yet."""
    action = "resource_update" if "id" in values else "resource_create"
    return approval.act(
        office.officer,
        action,
        package_id=package_id,
        upload=FileStorage(io.BytesIO(content), filename=name),
        **{"name": "Số liệu", "format": "CSV", **values},
    )


def shown(office: Office, resource_id: str) -> dict[str, Any]:
    return approval.act(office.officer, "sonla_load_show", resource_id=resource_id)


def load_of(resource_id: str) -> Load:
    load = Load.of(resource_id)
    assert load is not None
    return load


def rules_found(package_id: str) -> set[str]:
    package = tk.get_action("package_show")({"ignore_auth": True}, {"id": package_id})
    found = run_checks(package)
    return {one.rule for one in found if one.resource_id or one.table}


def test_an_uploaded_file_becomes_the_draft_s_table(office, package_id):
    resource = put(office, package_id, GOOD)
    assert shown(office, resource["id"])["state"] == "waiting"
    loads.run(resource["id"])
    load = shown(office, resource["id"])
    assert (load["state"], load["rows"], load["findings"]) == ("done", 2, [])
    found = approval.act(
        office.officer, "datastore_search", resource_id=resource["id"], q="Chiềng"
    )
    assert found["total"] == 1
    assert found["records"][0]["dien_tich"] == 0.25
    assert found["records"][0]["ngay"] == "2026-04-30"
    info = approval.act(office.officer, "datastore_info", id=resource["id"])
    by_id = {one["id"]: one for one in info["fields"]}
    assert by_id["ten"]["info"] == {"label": "Tên", "notes": "Tên đầy đủ"}
    assert by_id["dien_tich"]["info"]["unit"] == "ha"
    assert by_id["dien_tich"]["type"] == "numeric"
    assert info["meta"]["count"] == 2
    assert approval.act(office.officer, "resource_show", id=resource["id"])[
        "datastore_active"
    ]
    assert rules_found(package_id) == set()


def test_the_table_can_be_upserted_by_its_key_and_is_checked_then_too(
    office, package_id
):
    resource = put(office, package_id, GOOD)
    loads.run(resource["id"])
    approval.act(
        office.officer,
        "datastore_upsert",
        resource_id=resource["id"],
        force=True,
        records=[{"ma": "TR003", "ten": "Trạm mới", "dien_tich": -5}],
    )
    assert rules_found(package_id) == {"minimum"}


def test_a_table_made_through_the_api_is_checked_like_a_file(office, package_id):
    resource = approval.act(
        office.officer,
        "resource_create",
        package_id=package_id,
        name="API",
        url_type="datastore",
        url="_datastore_only_resource",
        table="tram",
    )
    approval.act(
        office.officer,
        "datastore_create",
        resource_id=resource["id"],
        force=True,
        fields=[
            {"id": "ma", "type": "text"},
            {"id": "dien_tich", "type": "text"},
            {"id": "la", "type": "text"},
        ],
        records=[{"ma": "TR1"}],
    )
    assert rules_found(package_id) == {
        "column.missing",
        "column.type",
        "column.unknown",
        "pattern",
    }


def test_a_wrong_file_is_told_by_row_column_rule_and_value(office, package_id):
    resource = put(office, package_id, BAD)
    loads.run(resource["id"])
    load = shown(office, resource["id"])
    assert load["state"] == "failed"
    found = {
        (one["rule"], one["row"], one["column"], one["value"])
        for one in load["findings"]
    }
    assert found == {
        ("minimum", 2, "dien_tich", "-1"),
        ("unique", 3, "ma", "TR001"),
        ("type", 3, "dien_tich", "1.23"),
        ("type", 3, "ngay", "31/2/2026"),
        ("pattern", 4, "ma", "X"),
    }
    assert load["finding_count"] == 5
    assert all(one["sentence"] for one in load["findings"])
    assert {"minimum", "unique", "type", "pattern"} <= rules_found(package_id)
    with pytest.raises(tk.ObjectNotFound):
        approval.act(office.officer, "datastore_search", resource_id=resource["id"])


def test_a_wrong_file_takes_the_table_of_the_right_one_away(office, package_id):
    resource = put(office, package_id, GOOD)
    loads.run(resource["id"])
    put(office, package_id, BAD, id=resource["id"])
    loads.run(resource["id"])
    again = approval.act(office.officer, "resource_show", id=resource["id"])
    assert not again["datastore_active"]
    put(office, package_id, GOOD, id=resource["id"])
    loads.run(resource["id"])
    assert shown(office, resource["id"])["state"] == "done"


def test_only_changed_bytes_or_rules_are_loaded_again(office, package_id):
    resource = put(office, package_id, GOOD)
    loads.run(resource["id"])
    approval.act(office.officer, "package_patch", id=package_id, title="Tên khác")
    assert shown(office, resource["id"])["state"] == "done"
    finished = shown(office, resource["id"])["finished"]
    put(office, package_id, GOOD, id=resource["id"])
    loads.run(resource["id"])
    assert shown(office, resource["id"])["state"] == "done"
    put(office, package_id, GOOD + b"TR003;x;1;1/1/2026\n", id=resource["id"])
    assert shown(office, resource["id"])["state"] == "waiting"
    loads.run(resource["id"])
    load = shown(office, resource["id"])
    assert load["rows"] == 3
    assert load["finished"] > finished


def test_a_document_is_no_table_and_no_error(office, package_id):
    resource = put(office, package_id, b"%PDF-1.7", "a.pdf", format="PDF")
    loads.run(resource["id"])
    assert shown(office, resource["id"])["state"] == "none"


def test_only_the_agency_and_the_portal_s_office_see_a_load(office, package_id):
    resource = put(office, package_id, GOOD)
    other = approval.office()
    for user in (other.officer, other.leader, factories.User()["name"], None):
        with pytest.raises(tk.NotAuthorized):
            approval.act(user, "sonla_load_show", resource_id=resource["id"])
        with pytest.raises(tk.NotAuthorized):
            approval.act(user, "sonla_load_list", package_id=package_id)
        with pytest.raises(tk.NotAuthorized):
            approval.act(user, "sonla_load_retry", resource_id=resource["id"])
    listed = approval.act(office.leader, "sonla_load_list", package_id=package_id)
    assert [one["state"] for one in listed["results"]] == ["waiting"]
    with pytest.raises(tk.NotAuthorized):
        approval.act(office.leader, "sonla_load_retry", resource_id=resource["id"])


def test_unknown_resources_and_packages_are_not_found(office):
    for action, key in (
        ("sonla_load_show", "resource_id"),
        ("sonla_load_retry", "resource_id"),
        ("sonla_load_list", "package_id"),
    ):
        with pytest.raises(tk.ObjectNotFound):
            approval.act(office.officer, action, **{key: "nothing"})


def test_xloader_leaves_our_uploads_to_us(office, package_id):
    resource = put(office, package_id, GOOD)
    plugin: Any = p.get_plugin("sonla_intake")
    assert not plugin.can_upload(resource["id"])
    link = approval.act(
        office.officer,
        "resource_create",
        package_id=package_id,
        name="Liên kết",
        url="http://example.com/a.csv",
        format="CSV",
    )
    assert plugin.can_upload(link["id"])
    assert Load.of(link["id"]) is None


def test_the_page_sees_how_far_a_load_is_before_it_has_ended(office, package_id):
    resource = put(office, package_id, GOOD)
    waits = {"stage": "waiting", "rows": 0, "total": None}
    assert shown(office, resource["id"])["progress"] == waits
    seen: list[tuple[str, str, int, int]] = []

    def look(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().startswith("CREATE") and "INDEX" in statement:
            with model.ensure_engine().connect() as other:
                query = sa.text("SELECT state, stage, rows, total FROM sonla_load")
                seen.append(tuple(other.execute(query).one()))

    event.listen(sa.Engine, "before_cursor_execute", look)
    loads.run(resource["id"])
    event.remove(sa.Engine, "before_cursor_execute", look)
    assert set(seen) == {("running", "indexing", 2, 2)}
    assert shown(office, resource["id"])["progress"] is None
