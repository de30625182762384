"""The pages of a comparison, and the forms that two windows have open."""

from __future__ import annotations

import io
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from ckanext.sonla.approval.drafting import seen
from tests.factories import approval, portal
from tests.factories.portal import CSV, Town, log_in


@pytest.fixture(scope="module")
def update(site: Any, town: Town) -> dict[str, Any]:
    """An update that changes a number, as the leader has it before her."""
    revision = approval.act(
        town.office.officer,
        "sonla_revision_open",
        dataset_id=town.published["dataset_id"],
    )
    resources = approval.show(revision["package_id"])["resources"]
    table = next(one for one in resources if one["format"] == "CSV")
    changed = CSV.replace("TH007,Tiểu học số 7,287", "TH007,=Tiểu học số 7,1")
    approval.act(
        town.office.officer,
        "resource_update",
        id=table["id"],
        package_id=revision["package_id"],
        name=table["name"],
        format="CSV",
        upload=FileStorage(io.BytesIO(changed.encode()), "truong.csv", "upload"),
    )
    portal.settle(revision["package_id"])
    submitted = approval.submit(town.office, revision, data_period="2026-Q4")
    return {**submitted, "resource": table["id"]}


def address(update: dict[str, Any]) -> str:
    return f"/vi/revision/{update['id']}/changes/{update['resource']}"


def test_the_leader_looks_through_the_rows(site: Any, town: Town, update: dict):
    leader = log_in(town.office.leader)
    page = site.get(address(update), headers=leader).text
    assert "Nội dung thay đổi" in page
    filtered = site.get(f"{address(update)}?change=changed&page=9x", headers=leader)
    assert filtered.status_code == 200


def test_the_differences_are_downloaded_and_harmless(
    site: Any, town: Town, update: dict
):
    """A text that a spreadsheet would run as a formula is quoted."""
    answer = site.get(f"{address(update)}.csv", headers=log_in(town.office.leader))
    assert answer.headers["Content-Disposition"].isascii()
    text = answer.data.decode("utf-8-sig")
    assert "Thay đổi" in text
    assert "'=Tiểu học số 7" in text


def test_strangers_see_nothing_of_it(site: Any, update: dict):
    for page in (address(update), f"{address(update)}.csv"):
        assert site.get(page, expect_errors=True).status_code == 403
    loads = f"/revision/{update['id']}/loads"
    assert site.get(loads, expect_errors=True).status_code == 403


def test_what_is_not_there_is_not_found(site: Any, town: Town, update: dict):
    leader = log_in(town.office.leader)
    for page in (
        f"/revision/{update['id']}/changes/khong-co",
        f"/revision/khong-co/changes/{update['resource']}",
    ):
        found = site.get(page, headers=leader, expect_errors=True)
        assert found.status_code == 404


def test_the_review_says_at_a_glance_what_it_is_about(
    site: Any, town: Town, update: dict
):
    page = site.get(
        f"/vi/revision/{update['id']}", headers=log_in(town.office.leader)
    ).text
    assert "từ hôm nay" in page
    assert "1 tệp" in page


def test_the_inbox_shows_one_heap_or_one_agency(site: Any, town: Town, update: dict):
    leader = log_in(town.office.leader)
    page = site.get("/vi/inbox?state=to_approve", headers=leader).text
    assert "heap-to_approve" in page
    assert "heap-scheduled" not in page
    other = site.get("/vi/inbox?agency=khong-co", headers=leader).text
    assert f"/revision/{update['id']}" not in other


def test_a_step_on_a_page_that_is_out_of_date_is_refused(
    site: Any, town: Town, update: dict
):
    answer = site.post(
        f"/vi/revision/{update['id']}/return",
        headers=log_in(town.office.leader),
        data={"comment": "Xem lại số liệu", "version": "0"},
        expect_errors=True,
    )
    assert answer.status_code == 409
    assert "Xem lại số liệu" in answer.text
    shown = approval.act(town.office.leader, "sonla_revision_show", id=update["id"])
    assert shown["state"] == "submitted"


def test_a_form_filled_before_somebody_saved_is_refused_once(site: Any, town: Town):
    package = town.draft["package_id"]
    officer = town.office.officer
    mark = seen.mark_of_package(package)
    approval.act(officer, "package_patch", id=package, notes="Người khác lưu.")
    refused = approval.refusal(
        officer, "package_patch", id=package, notes="Của tôi.", sonla_seen=mark
    )
    assert "Người khác lưu." in str(refused["sonla_seen"])
    mark = seen.mark_of_package(package)
    approval.act(
        officer, "package_patch", id=package, notes="Của tôi.", sonla_seen=mark
    )
    assert approval.show(package)["notes"] == "Của tôi."


def test_a_file_s_form_is_refused_likewise_but_not_for_what_loaders_write(
    site: Any, town: Town
):
    resource = approval.show(town.draft["package_id"])["resources"][0]["id"]
    officer = town.office.officer
    mark = seen.mark_of_resource(resource)
    portal.settle(town.draft["package_id"])
    approval.act(
        officer, "resource_patch", id=resource, name="Tên một", sonla_seen=mark
    )
    refused = approval.refusal(
        officer, "resource_patch", id=resource, name="Tên hai", sonla_seen=mark
    )
    assert "Tên một" in str(refused["sonla_seen"])
