"""What a revision holds: what it changes, its period, its files, its frozen tables."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

import pytest

from ckanext.sonla.approval.publishing import recovery
from ckanext.sonla.shared import checks, clock
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
    make.change_rows(office, working, ({"ma": "B", "so": 20}, {"ma": "C", "so": 3}))
    found = make.act(
        office.leader, "sonla_revision_diff", id=update["id"], resource_id=working
    )
    assert [
        (one["field"], one["before"], one["after"]) for one in found["dataset"]
    ] == [("title", "Cũ", "Mới")]
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


def test_a_submit_that_the_checks_refuse_leaves_the_tables_to_the_officer(monkeypatch):
    office = make.office()
    revision = make.draft(office)
    resource = make.show(revision["package_id"])["resources"][0]["id"]
    make.table(office, resource, [{"ma": "A", "so": 1}])

    class Refusing(checks.Check):
        name = title = "tests.refuse"
        rules: ClassVar[dict[str, checks.Rule]] = {
            "row": checks.Rule(checks.BLOCKS, "Row {number} is wrong.")
        }

        def run(self, package):  # noqa: ARG002 - as every check's
            return [self.found("row", number=1)]

    monkeypatch.setitem(checks._checks, Refusing.name, Refusing())
    refused = make.refusal(office.officer, "sonla_revision_submit", id=revision["id"])
    assert refused["findings"][0]["sentence"] == "Row 1 is wrong."
    make.table(office, resource, [{"ma": "B", "so": 1}])
    kept = make.act(office.officer, "sonla_revision_show", id=revision["id"])
    assert kept["state"] == "draft"


def test_a_revision_approved_for_a_time_is_published_then(monkeypatch):
    office = make.office()
    later = clock.now() + timedelta(days=1)
    revision = make.submit(office, make.draft(office), publish_at=later.isoformat())
    approved = make.approve(office, revision)
    assert approved["state"] == "scheduled"
    recovery.publish_scheduled()
    assert make.show(revision["dataset_id"])["private"] is True
    monkeypatch.setattr(clock, "now", lambda: later + timedelta(minutes=1))
    recovery.publish_scheduled()
    assert make.show(revision["dataset_id"])["private"] is False


def test_a_preview_keeps_its_address_through_an_update():
    office = make.office()
    revision = make.draft(office)
    resource = make.show(revision["package_id"])["resources"][0]["id"]
    view = {"view_type": "text_view", "title": "Xem"}
    kept, dropped = (
        make.act(office.officer, "resource_view_create", resource_id=resource, **view)
        for _ in range(2)
    )
    dataset_id = make.approve(office, make.submit(office, revision))["dataset_id"]
    update = make.act(office.officer, "sonla_revision_open", dataset_id=dataset_id)
    working = make.show(update["package_id"])["resources"][0]["id"]
    views = make.act(office.officer, "resource_view_list", id=working)
    names = [one["title"] for one in views]
    assert names.count("Xem") == 2
    first, second = [one for one in views if one["title"] == "Xem"]
    make.act(office.officer, "resource_view_update", **{**first, "title": "Xem trước"})
    make.act(office.officer, "resource_view_delete", id=second["id"])
    make.act(
        office.officer,
        "resource_view_create",
        resource_id=working,
        **{**view, "title": "Mới"},
    )
    make.approve(office, make.submit(office, update))
    public = make.act(None, "resource_view_list", id=resource)
    titles = {one["title"]: one["id"] for one in public}
    assert titles["Xem trước"] in (kept["id"], dropped["id"])
    assert "Xem" not in titles
    assert "Mới" in titles


def test_checks_can_be_run_before_submitting_and_talk_stays_inside():
    office = make.office()
    revision = make.draft(office)
    checked = make.act(office.leader, "sonla_revision_check", id=revision["id"])
    assert checked["passes"] is True
    assert {one["severity"] for one in checked["findings"]} == {"informs"}
    make.act(
        office.leader,
        "sonla_revision_comment",
        id=revision["id"],
        text="Xem lại nguồn",
        points=[{"text": "Nguồn", "field": "notes"}],
    )
    shown = make.act(office.officer, "sonla_revision_show", id=revision["id"])
    assert [one["author"] for one in shown["comments"]] == [office.leader]
    for action in ("sonla_revision_check", "sonla_revision_comment"):
        more = {"text": "x"} if action.endswith("comment") else {}
        assert make.refusal(None, action, id=revision["id"], **more) == "403"


def test_deleting_a_working_package_discards_its_revision():
    office = make.office()
    dataset_id = make.published(office)["dataset_id"]
    update = make.act(office.officer, "sonla_revision_open", dataset_id=dataset_id)
    make.act(office.officer, "package_delete", id=update["package_id"])
    shown = make.act(office.officer, "sonla_revision_show", id=update["id"])
    assert shown["state"] == "discarded"
    assert make.act(office.officer, "sonla_revision_open", dataset_id=dataset_id)
