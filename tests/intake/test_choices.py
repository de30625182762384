"""How a file is read is proposed, shown, corrected and remembered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup

import ckan.plugins.toolkit as tk
from ckan.tests import factories
from ckanext.sonla.intake import loads
from tests.factories import approval, catalogue

from .test_loads import put, shown

if TYPE_CHECKING:
    from tests.factories.approval import Office

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

WORKBOOKS = Path(__file__).parent / "workbooks"
STATIONS: dict[str, Any] = {
    "primaryKey": ["ma_tram"],
    "fields": [
        {"name": "ma_tram", "title": "Mã trạm"},
        {"name": "ten_tram", "title": "Tên trạm"},
    ],
}
STAFF: dict[str, Any] = {
    "fields": [
        {"name": "ma_tram", "title": "Mã trạm"},
        {"name": "ho_ten", "title": "Họ và tên"},
    ],
}
CHOICE = {
    "header": [5, 5],
    "columns": {"Ký hiệu cơ sở": "ma_tram", "Cơ sở": "ten_tram", "Stt": None},
}
WRONG: list[tuple[Any, str]] = [
    ({"header": [0, 1]}, "header"),
    ({"header": [5, 99]}, "header"),
    ({"header": "x"}, "header"),
    ({"last": -1}, "last"),
    ({"columns": {"a": 3}}, "columns"),
    ({"columns": {"a": "ma_tram", "b": "ma_tram"}}, "columns"),
    ({"columns": {"a": "khong_co"}}, "columns"),
    ({"encoding": "latin-1"}, "encoding"),
    ({"sheet": ["x"]}, "sheet"),
    ({"la": 1}, "la"),
    ("[", "choice"),
]


@pytest.fixture
def office() -> Office:
    """An agency with an officer and a leader."""
    return approval.office()


def draft(office: Office, *tables: tuple[str, dict[str, Any]]) -> str:
    entry = catalogue.entry_in_force(
        lead_agency=office.name,
        update_cycle="once",
        content_kind="table",
        tables=[{"name": name, "schema": one} for name, one in tables],
    )
    revision = approval.draft(office, catalogue_entry=entry["code"], file=None)
    return revision["package_id"]


def workbook(office: Office, package_id: str, name: str, **values: Any) -> str:
    content = (WORKBOOKS / name).read_bytes()
    kind = name.rpartition(".")[2].upper()
    made = put(office, package_id, content, name, format=kind, **values)
    loads.run(made["id"])
    return made["id"]


def reading(office: Office, resource_id: str, **tried: Any) -> dict[str, Any]:
    return approval.act(
        office.officer, "sonla_intake_show", resource_id=resource_id, **tried
    )


def test_what_was_proposed_is_shown_with_twenty_rows(office):
    package_id = draft(office, ("tram", STATIONS))
    resource_id = workbook(office, package_id, "nhieu-bang.xlsx")
    assert shown(office, resource_id)["rows"] == 2
    found = reading(office, resource_id)
    assert found["reading"]["sheet"] == "Trạm"
    assert found["reading"]["sheets"] == ["Hướng dẫn", "Trạm", "Nhân viên"]
    assert found["reading"]["header"] == [1, 1]
    assert found["reading"]["last"] == 3
    assert [one["field"] for one in found["reading"]["columns"]] == [
        "ma_tram",
        "ten_tram",
    ]
    assert found["reading"]["preview"] == [[2, ["T01", "Trạm A"]], [3, ["T02", "B"]]]
    assert [one["title"] for one in found["fields"]] == ["Mã trạm", "Tên trạm"]


def test_a_choice_is_tried_without_a_trace_then_kept_and_the_file_read_by_it(office):
    package_id = draft(office, ("tram", STATIONS))
    resource_id = workbook(office, package_id, "sai-tieu-de.ods")
    assert shown(office, resource_id)["state"] == "failed"
    tried = reading(office, resource_id, choice=CHOICE)
    assert tried["reading"]["preview"][0] == [6, ["", "T01", "Trạm A"]]
    assert tried["tried"]
    assert shown(office, resource_id)["state"] == "failed"
    assert reading(office, resource_id)["choice"] is None
    load = approval.act(
        office.officer, "sonla_intake_choose", resource_id=resource_id, choice=CHOICE
    )
    assert load["state"] == "waiting"
    loads.run(resource_id)
    assert shown(office, resource_id)["state"] == "done"
    found = approval.act(office.officer, "datastore_search", resource_id=resource_id)
    assert [row["ten_tram"] for row in found["records"]] == ["Trạm A", "Trạm B"]


def test_the_choice_holds_for_the_next_period_of_the_same_table(office):
    package_id = draft(office, ("tram", STATIONS))
    first = workbook(office, package_id, "sai-tieu-de.ods")
    approval.act(
        office.officer, "sonla_intake_choose", resource_id=first, choice=CHOICE
    )
    loads.run(first)
    approval.act(office.officer, "resource_delete", id=first)
    second = workbook(office, package_id, "sai-tieu-de.ods")
    assert shown(office, second)["state"] == "done"
    assert reading(office, second)["remembered"]
    # Another agency's file knows nothing of it.
    other = approval.office()
    elsewhere = workbook(other, draft(other, ("tram", STATIONS)), "sai-tieu-de.ods")
    assert shown(other, elsewhere)["state"] == "failed"


def test_a_wrong_choice_is_refused_by_its_part(office):
    package_id = draft(office, ("tram", STATIONS))
    resource_id = workbook(office, package_id, "nhieu-bang.xlsx")
    for choice, part in WRONG:
        with pytest.raises(tk.ValidationError) as caught:
            approval.act(
                office.officer,
                "sonla_intake_choose",
                resource_id=resource_id,
                choice=choice,
            )
        assert part in caught.value.error_dict


def test_one_workbook_fills_several_tables(office):
    package_id = draft(office, ("tram", STATIONS), ("nhan_vien", STAFF))
    first = workbook(office, package_id, "nhieu-bang.xlsx", table="tram")
    found = approval.act(office.officer, "sonla_intake_spread", resource_id=first)
    by_name = {one["name"]: one["resource_id"] for one in found["tables"]}
    assert by_name["tram"] == first
    loads.run(by_name["nhan_vien"])
    load = shown(office, by_name["nhan_vien"])
    assert (load["state"], load["rows"]) == ("done", 2)
    again = approval.act(office.officer, "sonla_intake_spread", resource_id=first)
    assert again == found
    with pytest.raises(tk.ValidationError):
        alone = workbook(office, draft(office, ("tram", STATIONS)), "nhieu-bang.xlsx")
        approval.act(office.officer, "sonla_intake_spread", resource_id=alone)


def test_only_who_works_on_the_draft_sees_and_only_its_officer_chooses(office):
    package_id = draft(office, ("tram", STATIONS))
    resource_id = workbook(office, package_id, "nhieu-bang.xlsx")
    other = approval.office()
    for user in (other.officer, factories.User()["name"], None):
        with pytest.raises(tk.NotAuthorized):
            approval.act(user, "sonla_intake_show", resource_id=resource_id)
    for user in (office.leader, other.officer, factories.User()["name"], None):
        for action in ("sonla_intake_choose", "sonla_intake_spread"):
            with pytest.raises(tk.NotAuthorized):
                approval.act(user, action, resource_id=resource_id, choice={})
    assert approval.act(office.leader, "sonla_intake_show", resource_id=resource_id)
    with pytest.raises(tk.ObjectNotFound):
        approval.act(office.officer, "sonla_intake_show", resource_id="khong-co")


def test_a_choice_is_refused_once_the_revision_is_submitted(office):
    package_id = draft(office, ("tram", STATIONS))
    resource_id = workbook(office, package_id, "nhieu-bang.xlsx")
    revision = approval.act(
        office.officer, "sonla_revision_list", dataset_id=package_id
    )["results"][0]
    approval.submit(office, revision)
    with pytest.raises(tk.NotAuthorized):
        approval.act(
            office.officer, "sonla_intake_choose", resource_id=resource_id, choice={}
        )


def test_the_page_lets_the_officer_try_and_keep_without_a_script(app, office):
    package_id = draft(office, ("tram", STATIONS))
    resource_id = workbook(office, package_id, "theo-thang.xlsx")
    address = f"/dataset/{package_id}/resource/{resource_id}/intake"
    headers = {"Authorization": factories.APIToken(user=office.officer)["token"]}
    page = BeautifulSoup(app.get(address, headers=headers).body, "html.parser")
    options = [one["value"] for one in page.select("#sheet option")]
    assert options == ["", "Tháng 7", "Tháng 8", "Tháng 9"]
    form = {"sheet": "Tháng 8", "step": "try"}
    tried = app.post(address, data=form, headers=headers)
    page = BeautifulSoup(tried.body, "html.parser")
    names = [one["value"] for one in page.select("input[name^=column_]")]
    assert names == ["Mã trạm", "Lượt khám"]
    form = {
        "sheet": "Tháng 8",
        "shown_sheet": "Tháng 8",
        "header_first": "1",
        "header_last": "1",
        "shown_first": "1",
        "shown_last": "1",
        "column_1": "Mã trạm",
        "field_1": "ma_tram",
        "column_2": "Lượt khám",
        "field_2": "ten_tram",
        "step": "keep",
    }
    kept = app.post(address, data=form, headers=headers, follow_redirects=False)
    assert kept.status_code == 302
    loads.run(resource_id)
    found = approval.act(office.officer, "datastore_search", resource_id=resource_id)
    assert [row["ten_tram"] for row in found["records"]] == ["11", "21"]
    wrong = app.post(
        address, data={"last": "x", "step": "keep"}, headers=headers, status=409
    )
    assert wrong.status_code == 409
    app.get(address, status=403)
