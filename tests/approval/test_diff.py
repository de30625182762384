"""The leader reads what an update changes: fields, file, and rows by their key."""

from __future__ import annotations

import pytest

from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def test_the_diff_names_fields_files_and_rows():
    office = make.office()
    revision = make.draft(office, title="Cũ")
    resource = make.show(revision["package_id"])["resources"][0]["id"]
    make.table(office, resource, [{"ma": "A", "so": 1}, {"ma": "B", "so": 2}])
    dataset_id = make.approve(office, make.submit(office, revision))["dataset_id"]
    update = make.act(office.officer, "sonla_revision_open", dataset_id=dataset_id)

    nothing = make.act(office.leader, "sonla_revision_diff", id=update["id"])
    assert nothing["dataset"] == []
    assert [one["change"] for one in nothing["resources"]] == ["unchanged"]

    working = make.show(update["package_id"])["resources"][0]["id"]
    make.act(office.officer, "package_patch", id=update["package_id"], title="Mới")
    make.act(
        office.officer,
        "datastore_upsert",
        resource_id=working,
        records=[{"ma": "B", "so": 20}, {"ma": "C", "so": 3}],
        force=True,
    )
    make.act(
        office.officer,
        "datastore_records_delete",
        resource_id=working,
        filters={"ma": "A"},
        force=True,
    )
    found = make.act(
        office.leader, "sonla_revision_diff", id=update["id"], resource_id=working
    )
    assert found["dataset"] == [{"field": "title", "before": "Cũ", "after": "Mới"}]
    table = found["resources"][0]["table"]
    assert table["counts"] == {"added": 1, "removed": 1, "changed": 1}
    assert (table["rows_before"], table["rows_after"]) == (2, 2)
    assert found["rows"]["count"] == 3
    assert {row["change"]: row["key"]["ma"] for row in found["rows"]["results"]} == {
        "added": "C",
        "removed": "A",
        "changed": "B",
    }
    changed = next(
        row for row in found["rows"]["results"] if row["change"] == "changed"
    )
    assert (changed["before"]["so"], changed["after"]["so"]) == (2, 20)


def test_a_period_is_required_where_the_entry_has_a_cycle_and_an_update_keeps_it():
    office = make.office()
    revision = make.draft(office, cycle="quarterly")
    for wrong in ({}, {"data_period": "2026"}, {"data_period": "quý 3"}):
        assert "data_period" in make.refusal(
            office.officer, "sonla_revision_submit", id=revision["id"], **wrong
        )
    revision = make.submit(office, revision, data_period="2026-Q3")
    dataset_id = make.approve(office, revision)["dataset_id"]
    update = make.act(office.officer, "sonla_revision_open", dataset_id=dataset_id)
    assert make.submit(office, update)["data_period"] == "2026-Q3"


def test_a_file_is_downloaded_by_its_address_and_nobody_sets_one(app):
    office = make.office()
    revision = make.draft(office)
    resource = make.show(revision["package_id"])["resources"][0]
    make.act(
        office.officer, "resource_patch", id=resource["id"], sha256="0" * 64, name="x"
    )
    assert (
        make.show(revision["package_id"])["resources"][0]["sha256"]
        == (resource["sha256"])
    )
    make.approve(office, make.submit(office, revision))
    answer = app.get(resource["url"].split("test.ckan.net", 1)[1])
    assert answer.data == b"%PDF-1.4 Theo so lieu"


def test_a_table_of_a_submitted_revision_cannot_be_written(app):
    office = make.office()
    revision = make.draft(office)
    resource = make.show(revision["package_id"])["resources"][0]["id"]
    make.table(office, resource, [{"ma": "A", "so": 1}])
    make.submit(office, revision)
    refused = make.refusal(
        office.officer,
        "datastore_upsert",
        resource_id=resource,
        records=[{"ma": "A", "so": 9}],
        force=True,
    )
    assert refused == "403"
    make.act(office.officer, "sonla_revision_withdraw", id=revision["id"])
    make.table(office, resource, [{"ma": "B", "so": 1}])
