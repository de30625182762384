"""A rejected file is kept with its report, whose wrong cells are marked."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckanext.sonla.intake import loads, rejected
from ckanext.sonla.intake.model import RejectedFile
from ckanext.sonla.shared import kept_files
from tests.factories import approval

from .test_choices import STATIONS, draft
from .test_loads import GOOD, put, shown

if TYPE_CHECKING:
    from tests.factories.approval import Office

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

WRONG = "Mã trạm;Tên trạm\nT01;Trạm A\nT02;=HYPERLINK(1)\nT01;Trạm C\n".encode()


@pytest.fixture
def office() -> Office:
    """An agency with an officer and a leader."""
    return approval.office()


def test_a_rejected_file_is_kept_with_its_report_after_the_next_one(app, office):
    package_id = draft(office, ("tram", STATIONS))
    resource = put(office, package_id, WRONG, "trạm.csv")
    loads.run(resource["id"])
    assert shown(office, resource["id"])["state"] == "failed"
    put(office, package_id, GOOD, "dung.csv", id=resource["id"])
    loads.run(resource["id"])
    listed = approval.act(office.officer, "sonla_rejected_list", package_id=package_id)
    first = listed["results"][-1]
    assert [one["rule"] for one in first["findings"]] == ["unique"]
    assert first["sha256"] in kept_files.addresses()
    headers = {"Authorization": factories.APIToken(user=office.officer)["token"]}
    kept = app.get(f"/intake/rejected/{first['id']}", headers=headers)
    assert kept.data == WRONG
    answer = app.get(f"/intake/rejected/{first['id']}.xlsx", headers=headers)
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    findings, table = book.worksheets
    assert findings.max_row == 2
    assert findings["B2"].value == "Mã trạm", "by its title, not as programs name it"
    assert [cell.value for cell in table[1]][1:] == ["Mã trạm", "Tên trạm"]
    marked = {
        cell.coordinate: cell.comment.text
        for row in table.iter_rows()
        for cell in row
        if cell.comment
    }
    assert list(marked) == ["B4"]
    assert table["A4"].value == "4"
    # What a file holds is text here, never a formula.
    assert (table["C3"].value, table["C3"].data_type) == ("=HYPERLINK(1)", "s")
    stranger = {"Authorization": factories.APIToken()["token"]}
    for address in (f"/intake/rejected/{first['id']}", "/intake/rejected/khong-co"):
        for ending in ("", ".xlsx"):
            wanted = 404 if "khong" in address else 403
            app.get(address + ending, headers=stranger, status=wanted)


def test_a_key_of_several_columns_is_marked_in_each_of_them(app, office):
    schema = {**STATIONS, "primaryKey": ["ma_tram", "ten_tram"]}
    package_id = draft(office, ("tram", schema))
    content = "Mã trạm,Tên trạm\nT01,Trạm A\nT01,Trạm B\nT01,Trạm A\n".encode()
    loads.run(put(office, package_id, content, "trạm.csv")["id"])
    listed = approval.act(office.officer, "sonla_rejected_list", package_id=package_id)
    headers = {"Authorization": factories.APIToken(user=office.officer)["token"]}
    address = f"/intake/rejected/{listed['results'][0]['id']}.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(app.get(address, headers=headers).data))
    marked = [
        cell.coordinate
        for row in book.worksheets[1].iter_rows()
        for cell in row
        if cell.comment
    ]
    assert marked == ["B4", "C4"]


def test_only_the_agency_and_the_portals_office_see_rejected_files(office):
    package_id = draft(office, ("tram", STATIONS))
    resource = put(office, package_id, WRONG, "a.csv")
    loads.run(resource["id"])
    listed = approval.act(office.leader, "sonla_rejected_list", package_id=package_id)
    (first,) = listed["results"]
    assert approval.act(office.leader, "sonla_rejected_show", id=first["id"]) == first
    for user in (approval.office().officer, factories.User()["name"], None):
        with pytest.raises(tk.NotAuthorized):
            approval.act(user, "sonla_rejected_list", package_id=package_id)
        with pytest.raises(tk.NotAuthorized):
            approval.act(user, "sonla_rejected_show", id=first["id"])
    with pytest.raises(tk.ObjectNotFound):
        approval.act(office.officer, "sonla_rejected_show", id="khong-co")


def test_a_file_that_cannot_be_read_at_all_has_a_report_too(app, office):
    package_id = draft(office, ("tram", STATIONS))
    content = Path(__file__).parent.joinpath("workbooks", "mat-khau.xlsx").read_bytes()
    resource = put(office, package_id, content, "a.xlsx", format="XLSX")
    loads.run(resource["id"])
    listed = approval.act(office.officer, "sonla_rejected_list", package_id=package_id)
    headers = {"Authorization": factories.APIToken(user=office.officer)["token"]}
    address = f"/intake/rejected/{listed['results'][0]['id']}.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(app.get(address, headers=headers).data))
    assert len(book.worksheets) == 2


def test_rejected_files_are_forgotten_after_the_policys_days(office):
    package_id = draft(office, ("tram", STATIONS))
    resource = put(office, package_id, WRONG, "a.csv")
    loads.run(resource["id"])
    rejected.forget()
    found = model.Session.query(RejectedFile).one()
    found.rejected -= timedelta(days=366)
    model.Session.commit()
    rejected.forget()
    assert model.Session.query(RejectedFile).count() == 0
