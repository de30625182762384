"""Rounds, requests, the console and an edition's papers, without a script."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import openpyxl
import pytest
from docx import Document

from ckan.common import config
from ckan.tests import factories
from ckanext.sonla.catalogue.documents import making
from ckanext.sonla.shared import clock
from deploy import edition_templates
from tests.factories import catalogue as make

if TYPE_CHECKING:
    from pathlib import Path

    from tests.catalogue.conftest import People

DUE = (clock.today() + timedelta(days=20)).isoformat()


@pytest.fixture
def as_(people: People) -> dict[str, Any]:
    """Headers that say who calls."""
    return {
        who: {"headers": {"Authorization": factories.APIToken(user=name)["token"]}}
        for who in ("operator", "leader", "officer", "agency_leader", "stranger")
        for name in [getattr(people, who)]
    }


@pytest.fixture
def in_force(people: People, line: dict[str, Any]) -> None:
    """A catalogue of two lines."""
    make.entries_in_force(line, {**line, "code": "YT-02", "title": "Bệnh viện"})


def _text(document: bytes) -> str:
    read = Document(io.BytesIO(document))
    cells = [c.text for t in read.tables for row in t.rows for c in row.cells]
    return "\n".join([*(one.text for one in read.paragraphs), *cells])


def test_a_round_goes_from_its_opening_into_an_edition_and_its_papers(
    app: Any, in_force: None, as_: dict[str, Any]
) -> None:
    app.post("/catalogue/rounds", data={"due": DUE}, **as_["operator"])
    found = app.get("/catalogue/rounds", **as_["officer"]).body
    page = re.findall(r"/catalogue/round/[-\w]+", found)[0]
    body = app.get(page, **as_["officer"]).body
    assert "YT-01" in body
    assert "The agencies" not in body, "the table of all is the office's"
    filled = {"line-0-title": "Trạm y tế", "line-1-retire": "1"}
    filled |= {"new-0-title": "Nhà thuốc", "new-0-domain": "y-te"}
    refused = app.post(f"{page}/answer", data=filled, status=409, **as_["officer"])
    assert "Say why entry YT-02" in refused.body
    assert "Nhà thuốc" in refused.body, "what was typed stays"
    filled |= {"line-1-reason": "Đã nhập vào YT-01", "new-0-update_cycle": "yearly"}
    app.post(f"{page}/answer", data=filled, **as_["officer"])
    body = app.get(page, **as_["agency_leader"]).body
    assert "Đã nhập vào YT-01" in body
    answer = re.findall(r"/catalogue/round-answer/[-\w]+/approve", body)[0]
    data = {"round": page.rsplit("/", 1)[1]}
    assert app.post(answer, data=data, **as_["officer"]).status_code == 403
    app.post(answer, data=data, **as_["agency_leader"])
    assert "Remind them all" in app.get("/console", **as_["operator"]).body
    reminded = app.post(f"{page}/remind", **as_["operator"])
    assert "1 agency reminded" in reminded.body
    collected = app.post(f"{page}/collect", **as_["operator"])
    assert "1 answers with 3 changes" in collected.body
    listed = app.get("/catalogue/editions", **as_["operator"]).body
    edition = re.findall(r"/catalogue/edition/[-\w]+", listed)[0]
    shown = app.get(edition, **as_["operator"]).body
    for word in ("<del>Danh sách trạm y tế xã</del>", "DL-0001", "YT-02"):
        assert word in shown
    annex = _text(app.get(f"{edition}/phu-luc.docx", **as_["leader"]).data)
    for word in ("I. BỔ SUNG VÀO DANH MỤC", "Nhà thuốc", "Danh sách trạm y tế xã"):
        assert word in annex
    submission = _text(app.get(f"{edition}/to-trinh.docx", **as_["leader"]).data)
    assert "bổ sung 1 mục, sửa đổi 1 mục, đưa ra khỏi danh mục 1 mục" in submission
    assert "1 trên 2 cơ quan, đơn vị đã trả lời" in submission
    decision = _text(app.get(f"{edition}/quyet-dinh.docx", **as_["leader"]).data)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in decision
    assert "Căn cứ Luật Dữ liệu" in decision
    for who in ("officer", "stranger"):
        papers = app.get(f"{edition}/phu-luc.docx", **as_[who])
        assert papers.status_code == 403


def test_an_offices_own_template_is_taken_and_a_broken_one_is_told(
    app: Any, in_force: None, as_: dict[str, Any], tmp_path: Path, monkeypatch: Any
) -> None:
    begun = app.post(
        "/catalogue/editions", data={"kind": "amending"}, follow_redirects=False,
        **as_["operator"],
    )  # fmt: skip
    edition = begun.headers["Location"]
    monkeypatch.setitem(config, "sonla.catalogue.documents", str(tmp_path))
    own = Document()
    own.add_paragraph("Mẫu riêng của {{ office_plain }}")
    own.save(str(tmp_path / "to-trinh.docx"))
    submission = app.get(f"{edition}/to-trinh.docx", **as_["operator"]).data
    assert "Mẫu riêng của Sở Khoa học" in _text(submission)
    broken = Document()
    broken.add_paragraph("{% if %}")
    broken.save(str(tmp_path / "quyet-dinh.docx"))
    (tmp_path / "phu-luc.docx").write_bytes(b"not a document")
    for name in ("quyet-dinh", "phu-luc"):
        told = app.get(f"{edition}/{name}.docx", **as_["operator"])
        assert f"The template {name}.docx cannot be filled" in told.body


def test_the_templates_are_those_that_their_maker_makes(tmp_path: Path) -> None:
    for name, maker in edition_templates.MAKERS.items():
        made = tmp_path / f"{name}.docx"
        maker().save(str(made))
        kept = making.TEMPLATES / made.name
        assert _text(made.read_bytes()) == _text(kept.read_bytes()), name


def test_a_request_goes_from_an_officer_into_an_edition(
    app: Any, in_force: None, as_: dict[str, Any]
) -> None:
    new = "/catalogue/request/new"
    assert app.get(new, **as_["stranger"]).status_code == 403
    empty = app.post(new, data={"title": ""}, status=409, **as_["officer"])
    assert "Missing value" in empty.body
    data = {"title": "Nhà thuốc", "reason": "Nhiều người hỏi", "priority": "1"}
    made = app.post(new, data=data, follow_redirects=False, **as_["officer"])
    page = made.headers["Location"]
    assert "Send to the operator" not in app.get(page, **as_["officer"]).body
    edited = app.post(
        f"{page}/edit", data={**data, "title": "Cơ sở bán thuốc"}, **as_["officer"]
    )
    assert "Cơ sở bán thuốc" in edited.body
    app.post(f"{page}/submit", **as_["agency_leader"])
    assert "Begin an edition first" in app.get(page, **as_["operator"]).body
    app.post("/catalogue/editions", data={"kind": "amending"}, **as_["operator"])
    assert "Cơ sở bán thuốc" in app.get("/console", **as_["operator"]).body
    body = app.get(page, **as_["operator"]).body
    edition = re.findall(r'<option value="([-\w]{36})"', body)[0]
    accept = {"edition_id": edition, "domain": "y-te", "update_cycle": "yearly"}
    told = app.post(f"{page}/accept", data=accept, **as_["operator"])
    assert "DL-0001" in told.body
    listed = app.get("/catalogue/requests?state=accepted", **as_["officer"]).body
    assert "Cơ sở bán thuốc" in listed


def test_an_operator_writes_lines_by_form(
    app: Any, in_force: None, as_: dict[str, Any]
) -> None:
    begun = app.post(
        "/catalogue/editions", data={"kind": "amending"}, follow_redirects=False,
        **as_["operator"],
    )  # fmt: skip
    edition = begun.headers["Location"]
    data = {
        "code": "YT-09", "title": "Nhà thuốc", "domain": "y-te", "formats": "csv; xlsx",
        "update_cycle": "yearly", "lead_agency": "so-y-te", "priority": "1",
        "provider_kind": "class", "provider_class": "commune", "publish_by": "",
    }  # fmt: skip
    refused = app.post(
        f"{edition}/line", data={**data, "publish_by": "mai"}, status=409,
        **as_["operator"],
    )  # fmt: skip
    assert "Nhà thuốc" in refused.body
    app.post(f"{edition}/line", data=data, **as_["operator"])
    form = app.get(f"{edition}/line/YT-09", **as_["operator"]).body
    assert 'value="CSV, XLSX"' in form
    app.post(
        f"{edition}/line/YT-09", data={**data, "title": "Cơ sở bán thuốc"},
        **as_["operator"],
    )  # fmt: skip
    # An agency is written as people call it, with commas of its own.
    culture = make.agency(title="Sở Văn hóa, Thể thao và Du lịch")
    named = {"provider_kind": "list", "providers": f"so-y-te, {culture['name']}"}
    app.post(f"{edition}/line/YT-09", data={**data, **named}, **as_["operator"])
    form = app.get(f"{edition}/line/YT-09", **as_["operator"]).body
    assert 'value="Sở Văn hóa, Thể thao và Du lịch; Sở Y tế"' in form
    named["providers"] = "Sở Văn hóa, Thể thao và Du lịch"
    app.post(f"{edition}/line/YT-09", data={**data, **named}, **as_["operator"])
    form = app.get(f"{edition}/line/YT-09", **as_["operator"]).body
    assert 'value="Sở Văn hóa, Thể thao và Du lịch"' in form
    app.post(
        f"{edition}/line/YT-09", data={**data, "title": "Cơ sở bán thuốc"},
        **as_["operator"],
    )  # fmt: skip
    app.post(f"{edition}/line/YT-02/retire", **as_["operator"])
    body = app.get(edition, **as_["operator"]).body
    assert "Cơ sở bán thuốc" in body
    assert "state--removed" in body
    whole = app.get(f"{edition}?view=all", **as_["operator"]).body
    assert "YT-01" in whole
    assert app.get(f"{edition}/line", **as_["officer"]).status_code == 403


def test_a_decision_is_recorded_with_its_scan(
    app: Any, in_force: None, as_: dict[str, Any]
) -> None:
    begun = app.post(
        "/catalogue/editions", data={"kind": "amending"}, follow_redirects=False,
        **as_["operator"],
    )  # fmt: skip
    edition = begun.headers["Location"]
    app.post(f"{edition}/line/YT-02/retire", **as_["operator"])
    app.post(f"{edition}/submit", **as_["operator"])
    decision = {
        "decision_number": "12/QĐ-UBND",
        "decision_date": clock.today().isoformat(),
    }
    bad = {**decision, "scan": (io.BytesIO(b"MZ\x90 not a scan"), "quyet-dinh.pdf")}
    told = app.post(f"{edition}/approve", data=bad, **as_["leader"])
    assert "A scan is a PDF, JPEG or PNG file" in told.body
    scheme = {**decision, "document": "javascript:alert(1)"}
    told = app.post(f"{edition}/approve", data=scheme, **as_["leader"])
    assert "https://" in told.body
    good = {**decision, "scan": (io.BytesIO(b"%PDF-1.4 x"), "quyết định.pdf")}
    app.post(f"{edition}/approve", data=good, **as_["leader"])
    page = app.get(edition)
    assert f"{urlsplit(edition).path}/scan" in page.body
    scan = app.get(f"{edition}/scan")
    assert scan.data == b"%PDF-1.4 x"
    assert scan.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in scan.headers


def test_the_catalogue_of_a_date_is_shown_and_exported(
    app: Any, people: People, in_force: None, line: dict[str, Any]
) -> None:
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    edition = people.call("operator", "sonla_edition_create", kind="replacing")
    people.call(
        "operator", "sonla_entry_create", edition_id=edition["id"],
        **{**line, "title": "Trạm y tế của ngày mai"},
    )  # fmt: skip
    people.call("operator", "sonla_edition_submit", id=edition["id"])
    people.call(
        "leader", "sonla_edition_approve", id=edition["id"], effective_date=tomorrow,
        decision_number="9/QĐ-UBND", decision_date=clock.today().isoformat(),
    )  # fmt: skip
    for address in ("/catalogue", "/catalogue.csv", "/catalogue.json"):
        today = app.get(address).body
        later = app.get(address, query_string={"date": tomorrow}).body
        assert "Trạm y tế của ngày mai" not in today
        assert "Trạm y tế của ngày mai" in later
    book = app.get("/catalogue.xlsx", query_string={"date": tomorrow})
    sheet: Any = openpyxl.load_workbook(io.BytesIO(book.data)).active
    assert "Trạm y tế của ngày mai" in str([*sheet.values])
    before = app.get("/catalogue", query_string={"date": "2001-01-01"}).body
    assert "No catalogue was in force on that day" in before
    for wrong in ("hôm qua", "2026-02-30", "0001-01-01"):
        refused = app.get("/catalogue", query_string={"date": wrong})
        assert refused.status_code == 400
        refused = app.get("/catalogue.csv", query_string={"date": wrong})
        assert refused.status_code == 400


def test_the_console_is_the_operating_offices(
    app: Any, in_force: None, as_: dict[str, Any]
) -> None:
    for who in ("officer", "stranger"):
        assert app.get("/console", **as_[who]).status_code == 403
    assert app.get("/console").status_code in (302, 403)
    assert "To be done" in app.get("/console", **as_["leader"]).body
    data = {
        "agency": "so-y-te",
        "date": clock.today().isoformat(),
        "findings": "Thiếu chú giải",
    }
    assert app.post("/inspections", data=data, **as_["officer"]).status_code == 403
    app.post("/inspections", data=data, **as_["operator"])
    body = app.get("/inspections", **as_["agency_leader"]).body
    reply = re.findall(r"/inspection/[-\w]+/answer", body)[0]
    app.post(reply, data={"text": "Đã bổ sung"}, **as_["agency_leader"])
    assert "Đã bổ sung" in app.get("/inspections", **as_["operator"]).body
    assert app.get("/inspections", **as_["stranger"]).status_code == 403
