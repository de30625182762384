"""An annex comes as offices send it; nothing is stored before it is confirmed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckanext.sonla.catalogue import export, export_annex
from tests.factories import catalogue as make

if TYPE_CHECKING:
    from tests.catalogue.conftest import People

Change = Callable[[Any], None]
HEADER = ["STT", "Mã", "Lĩnh vực", "Tên bộ dữ liệu", "Trường thông tin",
          "Cơ quan chủ trì", "Kỳ cập nhật", "Định dạng", "Hình thức chia sẻ",
          "Mức ưu tiên", "Thời hạn công bố"]  # fmt: skip
ROW = ["1", "YT-01", "Y tế", "Trạm y tế xã", "mã số, tên trạm, địa chỉ (xã, bản)",
       "Sở Y tế", "Hằng quý", "CSV, XLSX", "Tải về; API", "Cao", "9/2026"]  # fmt: skip


def workbook(rows: list[list[Any]], change: Change | None = None) -> bytes:
    """Make an XLSX of rows; `change` does the rest to its workbook."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def as_csv(rows: list[list[str]]) -> bytes:
    """Make a CSV of rows, the way that Vietnamese spreadsheets save it."""
    return "\n".join(";".join(f'"{cell}"' for cell in row) for row in rows).encode(
        "utf-8-sig"
    )


@pytest.fixture
def read(people: People, edition: dict[str, Any]) -> Any:
    """Import a file as the operator."""

    def read(content: bytes, name: str = "phu-luc.xlsx") -> dict[str, Any]:
        return people.call(
            "operator", "sonla_edition_import", edition_id=edition["id"],
            upload=FileStorage(io.BytesIO(content), filename=name),
        )  # fmt: skip

    return read


def _sentences(found: dict[str, Any]) -> str:
    return " | ".join(
        f"{one['row']} {one['column']}: {one['sentence']}" for one in found["findings"]
    )


def test_nothing_is_stored_before_it_is_confirmed(
    people: People, edition: dict[str, Any], read: Any
) -> None:
    found = read(workbook([HEADER, ROW]))
    assert found["good"], _sentences(found)
    assert found["added"] == 1
    listed = {"edition": edition["id"]}
    assert people.call("operator", "sonla_entry_list", **listed)["count"] == 0
    people.call(
        "operator", "sonla_edition_import_confirm", import_id=found["import_id"]
    )
    entry = people.call("operator", "sonla_entry_list", **listed)["results"][0]
    assert entry["code"] == "YT-01"
    assert entry["update_cycle"] == "quarterly"
    assert entry["formats"] == ["CSV", "XLSX"]
    assert entry["sharing"] == ["download", "api"]
    assert entry["priority"] == 1
    assert entry["publish_by"] == "2026-09-30"
    fields = entry["tables"][0]["schema"]["fields"]
    assert [one["name"] for one in fields] == ["ma_so", "ten_tram", "dia_chi_xa_ban"]
    with pytest.raises(tk.ValidationError, match="confirmed already"):
        people.call(
            "operator", "sonla_edition_import_confirm", import_id=found["import_id"]
        )


def test_csv_in_the_encodings_of_offices(read: Any) -> None:
    rows = [HEADER, ROW]
    text = as_csv(rows).decode("utf-8-sig")
    for content in (
        as_csv(rows),
        text.encode(),
        text.encode("utf-16"),
        text.replace(";", ",").replace("mã số, ", "").encode(),
    ):
        found = read(content, "phu-luc.csv")
        assert found["good"], _sentences(found)
        assert found["entries"][0]["title"] == "Trạm y tế xã"


def test_merged_rows_name_the_domain_of_what_follows(people: People, read: Any) -> None:
    make.domain(name="giao-duc", title="Giáo dục")
    header = [one for one in HEADER if one != "Lĩnh vực"]
    row = [cell for cell in ROW if cell != "Y tế"]
    rows = [
        ["PHỤ LỤC DANH MỤC DỮ LIỆU MỞ"],
        ["(Kèm theo Quyết định số …/QĐ-UBND)"],
        header,
        ["I. Lĩnh vực Y tế"],
        row,
        ["II. GIÁO DỤC"],
        ["2", "GD-01", "Trường tiểu học", *row[3:]],
    ]

    def merge(book: Any) -> None:
        for number in (1, 2, 4, 6):
            book.active.merge_cells(f"A{number}:J{number}")

    found = read(workbook(rows, merge))
    assert found["good"], _sentences(found)
    assert [one["domain"] for one in found["entries"]] == ["Y tế", "GIÁO DỤC"]


def test_a_cell_merged_over_rows_counts_for_each(people: People, read: Any) -> None:
    rows = [HEADER, ROW, ["2", "YT-02", None, "Bệnh viện", *ROW[4:]]]
    found = read(workbook(rows, lambda book: book.active.merge_cells("C2:C3")))
    assert found["good"], _sentences(found)
    assert [one["domain"] for one in found["entries"]] == ["Y tế", "Y tế"]


def test_each_fault_has_its_row_and_column(
    people: People, edition: dict[str, Any], read: Any
) -> None:
    def row(**changed: str) -> list[str]:
        cells = dict(zip(HEADER, ROW, strict=True))
        return list({**cells, **changed}.values())

    found = read(
        workbook(
            [
                HEADER,
                ROW,
                row(STT="2"),
                row(Mã="YT-03", **{"Cơ quan chủ trì": "Sở Không Có"}),
                row(Mã="YT-04", **{"Lĩnh vực": "Vũ trụ"}),
                row(Mã="YT-05", **{"Kỳ cập nhật": "mỗi giờ"}),
                row(Mã="YT-06", **{"Thời hạn công bố": "sớm"}),
                row(Mã="YT-07", **{"Tên bộ dữ liệu": ""}),
                row(Mã="có dấu", **{"Thời hạn công bố": "Quý III/2026"}),
                row(Mã="YT-09", **{"Định dạng": "WORDPERFECT"}),
            ]
        )
    )
    assert not found["good"]
    faults = {(one["row"], one["column"]) for one in found["findings"]}
    assert faults >= {
        (3, "Mã"),
        (4, "Cơ quan chủ trì"),
        (5, "Lĩnh vực"),
        (6, "Kỳ cập nhật"),
        (7, "Thời hạn công bố"),
        (8, "Tên bộ dữ liệu"),
        (9, "Mã"),
        (10, "Định dạng"),
    }
    assert not any(row == 2 for row, _column in faults)
    assert "Sở Không Có" in _sentences(found)
    with pytest.raises(tk.ValidationError, match="has errors"):
        people.call(
            "operator", "sonla_edition_import_confirm", import_id=found["import_id"]
        )
    listed = people.call("operator", "sonla_entry_list", edition=edition["id"])
    assert listed["count"] == 0


def test_missing_columns_are_named(read: Any) -> None:
    found = read(workbook([["STT", "Mã", "Tên bộ dữ liệu"], ["1", "YT-01", "Trạm"]]))
    assert not found["good"]
    assert "Cơ quan chủ trì" in _sentences(found)
    assert "Kỳ cập nhật" in _sentences(found)
    found = read(workbook([["a", "b"], ["1", "2"]]))
    assert "headers" in _sentences(found)


def test_hidden_sheets_are_not_read_and_formulas_are_refused(read: Any) -> None:
    def hide(book: Any) -> None:
        sheet = book.create_sheet("Ẩn", 0)
        sheet.append(HEADER)
        sheet.sheet_state = "hidden"
        book.create_sheet("Khác")
        book.active = 1

    found = read(workbook([HEADER, ROW], hide))
    assert found["good"], _sentences(found)
    assert "Ẩn" in _sentences(found)
    assert "Khác" in _sentences(found)
    row = [*ROW]
    row[3] = '=CONCATENATE("Trạm"," y tế")'
    found = read(workbook([HEADER, row]))
    assert not found["good"]
    assert "formula" in _sentences(found)


def test_an_annex_without_codes_gets_them(read: Any) -> None:
    header, row = HEADER[:1] + HEADER[2:], ROW[:1] + ROW[2:]
    second = [*row[:2], "Bệnh viện", *row[3:]]
    found = read(workbook([header, row, second]))
    assert found["good"], _sentences(found)
    assert [one["code"] for one in found["entries"]] == ["DL-0001", "DL-0002"]


def test_all_communes_are_a_class(people: People, read: Any) -> None:
    row = [*ROW, "UBND các xã, phường"]
    found = read(workbook([[*HEADER, "Cơ quan cung cấp"], row]))
    assert found["good"], _sentences(found)
    assert found["entries"][0]["providers"] == {"kind": "class", "class": "commune"}


def _bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 150_000_000)
    return target.getvalue()


def _wide(book: Any) -> None:
    book.active.cell(1, 500, "x")


def test_files_that_are_none_are_refused_in_words(read: Any) -> None:
    for content, name in (
        (b"", "a.csv"),
        (b"\x00\x01\x02" * 50, "a.csv"),
        (b"not a workbook", "a.xlsx"),
        (_bomb(), "a.xlsx"),
        (b"a" * 11_000_000, "a.csv"),
        (b"PK\x03\x04", "a.xlsx"),
        (b"a,b", "a.pdf"),
        (b"a,b", ""),
        (workbook([HEADER], _wide), "a.xlsx"),
        (b"\n".join([b"a,b"] * 10_001), "a.csv"),
        (b"," * 5000, "a.csv"),
    ):
        with pytest.raises(tk.ValidationError) as refused:
            read(content, name)
        assert "upload" in refused.value.error_dict
    with pytest.raises(tk.ValidationError):
        read(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_can_be_imported_again(
    people: People, line: dict[str, Any], kind: str
) -> None:
    """Nothing changes on the way, schemas, risky texts and classes included."""
    long = {
        "fields": [
            {"name": f"cot_{n}", "title": f"Cột {n}", "type": "string",
             "description": "x" * 200}
            for n in range(200)
        ]
    }  # fmt: skip
    make.entries_in_force(
        {**line, "description": "=1+1\nhai dòng", "note": "- ghi chú", "priority": 3},
        {**line, "code": "YT-02", "providers": {"kind": "class", "class": "commune"},
         "tables": [{"name": "dai", "title": "Dài", "schema": long}],
         "coordinating_agencies": ["Bảo hiểm xã hội", "so-y-te"]},
        {**line, "code": "YT-03", "publish_by": "2026-09-30", "tables": [],
         "providers": ["so-y-te", "so-khoa-hoc-va-cong-nghe"]},
    )  # fmt: skip
    entries = people.call(None, "sonla_entry_list")["results"]
    content = export.as_csv(entries) if kind == "csv" else export_annex.as_xlsx(entries)
    edition = people.call("operator", "sonla_edition_create", kind="amending")
    found = people.call(
        "operator", "sonla_edition_import", edition_id=edition["id"],
        upload=FileStorage(io.BytesIO(content), filename=f"danh-muc.{kind}"),
    )  # fmt: skip
    assert found["findings"] == []
    assert (found["unchanged"], found["changed"]) == (3, 0)
