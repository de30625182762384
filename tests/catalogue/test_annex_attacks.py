"""Hostile and broken annexes: a clear outcome each, and nothing stored."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from openpyxl.styles import Font

import ckan.plugins.toolkit as tk

from .test_annexes import Desk, sentences, workbook

if TYPE_CHECKING:
    from tests.catalogue.conftest import People

HEADER = ["STT", "Mã", "Tên bộ dữ liệu", "Cơ quan chủ trì", "Kỳ cập nhật", "Lĩnh vực"]
ROW = [1, "YT-01", "Trạm y tế", "Sở Y tế", "Hằng quý", "Y tế"]
SHEET = "xl/worksheets/sheet1.xml"


def with_part(content: bytes, path: str, part: bytes) -> bytes:
    """Put a part into a workbook, or in another's place."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            if name != path:
                after.writestr(name, before.read(name))
        after.writestr(path, part)
    return target.getvalue()


def refusal(desk: Desk, content: bytes, name: str = "a.xlsx") -> str:
    with pytest.raises(tk.ValidationError) as refused:
        desk.read(content, name)
    told: Any = refused.value.error_dict
    return told["upload"][0]


def test_files_that_cannot_be_read_say_what_to_do(people: People) -> None:
    desk = Desk(people)
    locked = Path(__file__).parents[1] / "intake" / "workbooks" / "mat-khau.xlsx"
    assert "password" in refusal(desk, locked.read_bytes())
    for name in ("tram-y-te.xls", "thu-ngan-sach.ods"):
        content = (locked.parent / name).read_bytes()
        assert "save the annex as XLSX" in refusal(desk, content, name)
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    assert "XLSX" in refusal(desk, old)
    assert "XLSX" in refusal(desk, b"%PDF-1.7", "quyet-dinh.pdf")
    good = workbook([HEADER, ROW])
    for path, part in (
        (SHEET, b"<worksheet><sheetData><row"),
        (SHEET, b""),
        ("xl/workbook.xml", b"<!DOCTYPE x [<!ENTITY a '&a;'>]><workbook>&a;"),
        ("xl/_rels/workbook.xml.rels", b"<Relationships/>"),
    ):
        assert refusal(desk, with_part(good, path, part))
    assert refusal(desk, good[: len(good) // 2])
    assert desk.entries() == []


def test_many_rows_are_refused_at_once(people: People) -> None:
    """50,000 lines are no catalogue; a million empty rows are a careless format."""
    desk = Desk(people)
    cell = '<c r="{}{}" t="inlineStr"><is><t>x</t></is></c>'
    rows = "".join(
        f'<row r="{n}">{cell.format("A", n)}{cell.format("B", n)}</row>'
        for n in range(1, 50_001)
    )
    sheet = "<worksheet xmlns='{}'><sheetData>{}</sheetData></worksheet>"
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    content = with_part(workbook([HEADER]), SHEET, sheet.format(space, rows).encode())
    assert "too many rows" in refusal(desk, content)
    lines = "\n".join(["a;b"] * 50_000).encode()
    assert "too many rows" in refusal(desk, lines, "a.csv")

    book = openpyxl.load_workbook(io.BytesIO(workbook([HEADER, ROW])))
    assert book.active is not None
    book.active.row_dimensions[1_048_576].height = 20
    book.active.cell(1_048_576, 3).font = Font(bold=True)
    target = io.BytesIO()
    book.save(target)
    assert desk.read(target.getvalue())["count"] == 1


def test_a_corner_cell_asks_for_no_memory(people: People) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([HEADER, ROW])))
    assert book.active is not None
    book.active.cell(1_048_576, 2, "x")
    target = io.BytesIO()
    book.save(target)
    assert "too many rows" in refusal(Desk(people), target.getvalue())


def test_everything_merged_is_refused_in_words(people: People) -> None:
    desk = Desk(people)
    found = desk.read(workbook([HEADER, ROW], "A1:F2"))
    assert not found["good"]
    assert "headers" in sentences(found)
    found = desk.read(workbook([HEADER, ROW, [2, "YT-02"]], "A2:F3"))
    assert not found["good"]
    assert desk.entries() == []


def test_macros_links_hidden_sheets_and_rows_are_told(people: People) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([HEADER, ROW, [2, *ROW[1:]]])))
    assert book.active is not None
    book.active.cell(3, 2, "YT-02")
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["F"].hidden = True
    book.create_sheet("Ẩn").sheet_state = "veryHidden"
    target = io.BytesIO()
    book.save(target)
    content = with_part(target.getvalue(), "xl/vbaProject.bin", b"\0macro")
    content = with_part(content, "xl/externalLinks/externalLink1.xml", b"<x/>")
    found = Desk(people).read(content, "a.xlsm")
    told = sentences(found)
    assert found["count"] == 2
    for word in ("macros", "links to other files", "Ẩn", "row is hidden", "Lĩnh vực"):
        assert word in told
    assert [one["status"] for one in found["entries"]] == ["guessed", "guessed"]


def test_formulas_are_taken_by_their_last_value_or_refused(people: People) -> None:
    desk = Desk(people)
    row = [*ROW]
    row[2] = '=CONCATENATE("Trạm"," y tế")'
    found = desk.read(workbook([HEADER, row]))
    assert "formula" in sentences(found)
    assert not found["good"]
    content = workbook([HEADER, row])
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        sheet = container.read(SHEET)
    sheet = sheet.replace(b"</f><v></v>", "</f><v>Trạm</v>".encode())
    sheet = sheet.replace(b"</f><v />", "</f><v>Trạm</v>".encode())
    sheet = sheet.replace(b'<c r="C2">', b'<c r="C2" t="str">')
    found = desk.read(with_part(content, SHEET, sheet))
    assert found["good"], sentences(found)
    assert found["entries"][0]["title"] == "Trạm"
    assert found["entries"][0]["status"] == "guessed"


def test_codes_twice_and_unknown_agencies_keep_the_file_out(people: People) -> None:
    desk = Desk(people)
    rows = [HEADER, ROW, [2, "yt-01", "Bệnh viện", *ROW[3:]],
            [3, "YT-03", "Nhà thuốc", "Sở Ma thuật", *ROW[4:]]]  # fmt: skip
    found = desk.read(workbook(rows))
    told = sentences(found)
    assert "is in row 2 already" in told
    assert "Sở Ma thuật" in told
    with pytest.raises(tk.ValidationError, match="has errors"):
        desk.people.call(
            "operator", "sonla_edition_import_confirm", import_id=found["import_id"]
        )
    assert desk.entries() == []
