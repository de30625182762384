"""Rows that broke a rule go back as a workbook and come in again corrected."""

from __future__ import annotations

import base64
import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
import python_calamine
from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckanext.sonla.harvesting.quarantine import reading
from tests.factories import approval

from . import running
from .test_source_pages import Reader

if TYPE_CHECKING:
    from .conftest import Site

GOOD = [
    {"id": n, "carrier": "VN", "dest": f"Nơi {n}", "distance": n, "time_hour": None}
    for n in range(1, 21)
]
BAD = [
    {"id": 90, "carrier": "", "dest": "A", "distance": 5, "time_hour": None},
    {"id": 91, "carrier": "VJ", "dest": "=1+1", "distance": -5, "time_hour": None},
]


def answer(site: Site, rows: list[dict[str, Any]]) -> None:
    body = json.dumps(rows).encode()
    site.answers["/rows"] = lambda handler: handler.reply(200, body)


@pytest.fixture
def source(site: Site, staff: Any) -> dict[str, Any]:
    """Return a published source whose last run left two rows behind."""
    running.dataset()
    answer(site, [*GOOD, *BAD])
    made = running.source(f"{site.address}/rows", {})
    ledger = running.run(made["id"])
    assert ledger["quarantined"] == 2, ledger
    running.approve(ledger)
    return made


def act(user: str, action: str, source: dict[str, Any], **data: Any) -> Any:
    return approval.act(user, action, source_id=source["id"], **data)


def sheet(source: dict[str, Any]) -> list[list[Any]]:
    found = act("cb-yte", "sonla_quarantine_export", source)
    book = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(base64.b64decode(found["content"]))
    )
    rows = book.get_sheet_by_index(0).to_python()
    assert found["rows"] == len(rows) - 1
    return rows


def as_csv(rows: list[list[Any]]) -> FileStorage:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    content = written.getvalue().encode()
    return FileStorage(io.BytesIO(content), filename="da-sua.csv")


def corrected(rows: list[list[Any]]) -> list[list[Any]]:
    head = [str(name) for name in rows[0]]
    for row in rows[1:]:
        row[0] = int(row[0])
        row[head.index("hang")] = "VN"
        row[head.index("khoang_cach")] = "7"
    return rows


def test_a_corrected_file_comes_in_and_the_leader_decides(source: dict[str, Any]):
    before = len(running.public_rows())
    rows = sheet(source)
    assert rows[0][:4] == ["_id", "Page", "Row", "What is wrong"]
    # What looks like a formula is text.
    assert any("=1+1" in row for row in rows)
    done = act(
        "cb-yte", "sonla_quarantine_retry", source, upload=as_csv(corrected(rows))
    )
    assert done["rows"] == 2
    ledger = running.work(source["id"])
    assert (ledger["cause"], ledger["outcome"]) == ("corrected", "submitted"), ledger
    assert (ledger["added"], ledger["quarantined"], ledger["deleted"]) == (2, 0, 0)
    assert act("cb-yte", "sonla_quarantine_list", source)["count"] == 0
    assert len(running.public_rows()) == before
    running.approve(ledger)
    assert len(running.public_rows()) == before + 2


def test_a_row_that_is_still_wrong_waits_again(source: dict[str, Any]):
    rows = sheet(source)
    half = corrected([list(row) for row in rows])
    half[1] = rows[1]
    act("cb-yte", "sonla_quarantine_retry", source, upload=as_csv(half))
    ledger = running.work(source["id"])
    assert (ledger["added"], ledger["quarantined"]) == (1, 1), ledger
    found = act("cb-yte", "sonla_quarantine_list", source)
    assert [one["run_id"] for one in found["results"]] == [ledger["id"]]


def test_no_standing_approval_covers_what_a_hand_corrected(source: dict[str, Any]):
    shown = approval.act("ld-yte", "harvest_source_show", id=source["id"])
    digest = shown["standing_approval"]["digest"]
    act("ld-yte", "sonla_harvest_approve", source, digest=digest)
    rows = corrected(sheet(source))
    act("cb-yte", "sonla_quarantine_retry", source, upload=as_csv(rows))
    ledger = running.work(source["id"])
    assert ledger["outcome"] == "submitted"
    assert "by_hand" in [one["code"] for one in ledger["reasons"]]


def test_a_run_of_the_source_publishes_under_its_standing_approval(
    source: dict[str, Any], site: Site
):
    shown = approval.act("ld-yte", "harvest_source_show", id=source["id"])
    digest = shown["standing_approval"]["digest"]
    act("ld-yte", "sonla_harvest_approve", source, digest=digest)
    more = [{**GOOD[0], "id": n} for n in range(100, 103)]
    answer(site, [*GOOD, *more])
    ledger = running.run(source["id"])
    assert ledger["outcome"] == "published", ledger
    assert ledger["approval_id"]
    assert len(running.public_rows()) == 23
    # Shrunken, empty or with other columns it goes to the leader, or nowhere.
    answer(site, GOOD[:5])
    ledger = running.run(source["id"])
    assert (ledger["outcome"], ledger["reasons"][-1]["code"]) == (
        "submitted",
        "fewer_rows",
    )
    assert len(running.public_rows()) == 23


@pytest.mark.usefixtures("with_plugins")
@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "trong.csv"),
        (b"\xff\xfe\x00", "la.csv"),
        (b"PK\x03\x04 khong phai zip", "la.xlsx"),
        (b"cot_la\n1\n", "la.csv"),
        (b"ma,hang\n", "rong.csv"),
        (b'ma,hang\n"1', "dut.csv"),
    ],
)
def test_a_wrong_file_is_told_and_changes_nothing(content: bytes, name: str):
    known = ["ma", "hang"]
    upload = FileStorage(io.BytesIO(content), filename=name)
    if name == "dut.csv":  # A reader of CSV forgives it.
        assert reading.read(upload, known).rows == [["1", ""]]
        return
    with pytest.raises(tk.ValidationError) as caught:
        reading.read(upload, known)
    assert list(caught.value.error_dict) == ["upload"]


def test_the_pages_of_ledger_and_quarantine(app: Any, source: dict[str, Any]):
    officer, leader = Reader(app, "cb-yte"), Reader(app, "ld-yte")
    pages = f"/harvesting/{source['name']}"
    body = leader.get(f"{pages}/runs")
    assert "22 rows read = 20 loaded" in body
    assert "run-bar--submitted" in body
    assert "Run now" not in body
    assert "Run now" in officer.get(f"{pages}/runs")
    body = officer.get(f"{pages}/quarantine")
    assert "2 rows broke a rule" in body
    assert "Send the corrected rows" in body
    assert "Send the corrected rows" not in leader.get(f"{pages}/quarantine")
    answer_ = app.get(f"{pages}/quarantine.xlsx", headers=leader.headers)
    assert answer_.data[:2] == b"PK"
    assert "attachment" in answer_.headers["Content-Disposition"]
    for page in ("runs", "quarantine", "quarantine.xlsx"):
        Reader(app, None).get(f"{pages}/{page}", 403)
    with pytest.raises(tk.NotAuthorized):
        act("ld-yte", "sonla_quarantine_retry", source, upload=as_csv([["ma"]]))
    console = Reader(app, "van-hanh").get("/console")
    assert "run-bar--submitted" in console
    assert source["name"] in console
