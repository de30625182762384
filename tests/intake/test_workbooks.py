"""Workbooks as officers have them: each is read right, or refused with what to do.

They were written by openpyxl or saved by LibreOffice (`workbooks/make.py`), never by
the portal's own exports.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ckanext.sonla.intake.choice import Choice
from ckanext.sonla.shared import checks

WORKBOOKS = Path(__file__).parent / "workbooks"
NUMBER = {"type": "number", "decimalChar": ",", "groupChar": "."}
DAY = {"type": "date", "format": "%d/%m/%Y"}


def schema(*fields: tuple[str, str, dict[str, Any]], key: str = "") -> dict[str, Any]:
    return {
        "primaryKey": key or fields[0][0],
        "fields": [
            {"name": name, "title": title, **more} for name, title, more in fields
        ],
    }


POPULATION = schema(
    ("ma_xa", "Mã xã", {"constraints": {"pattern": r"\d{5}"}}),
    ("ten_xa", "Tên xã, phường", {"constraints": {"required": True}}),
    ("nam", "Dân số trung bình Nam", {"type": "integer"}),
    ("nu", "Dân số trung bình Nữ", {"type": "integer"}),
    ("ghi_chu", "Ghi chú", {}),
)
STATIONS = schema(
    ("ma_tram", "Mã trạm", {"constraints": {"pattern": r"\d{6}"}}),
    ("ten_tram", "Tên trạm", {}),
    ("ngay", "Ngày thành lập", DAY),
    ("giuong", "Số giường bệnh", {"type": "integer"}),
)
REVENUE = schema(
    ("don_vi", "Đơn vị", {}),
    ("so_thu", "Số thu", NUMBER),
    ("ngay_chot", "Ngày chốt", DAY),
)
SCHOOLS = schema(
    ("xa", "Xã", {"constraints": {"required": True}}),
    ("ten", "Tên trường", {"constraints": {"required": True}}),
    ("bac", "Bậc học", {"constraints": {"enum": ["Tiểu học", "THCS"]}}),
    ("hoc_sinh", "Số học sinh", {"type": "integer"}),
    key="ten",
)
PLACES = schema(("ma_tram", "Mã trạm", {}), ("ten_tram", "Tên trạm", {}))
SUMS = schema(
    ("ma_tram", "Mã trạm", {}),
    ("q1", "Quý I", {"type": "integer"}),
    ("q2", "Quý II", {"type": "integer"}),
    ("tong", "Cả hai", {"type": "integer"}),
)
VISITS = schema(("ma_tram", "Mã trạm", {}), ("luot", "Lượt khám", {"type": "integer"}))
AREAS = schema(
    ("ma_tram", "Mã trạm", {}),
    ("dien_tich", "Diện tích", NUMBER),
    ("ngay", "Ngày", DAY),
)
TH = {"xa": "Xã Chiềng Sơ", "ten": "Trường TH Chiềng Sơ"}
SUMMED = [
    {"ma_tram": "T01", "q1": 5, "q2": 6, "tong": 11},
    {"ma_tram": "T02", "q1": 7, "q2": 8, "tong": 15},
]
READ_RIGHT: dict[str, tuple[dict[str, Any], list[dict[str, Any]], set[str]]] = {
    "dan-so.xlsx": (
        POPULATION,
        [
            {"ma_xa": "03646", "ten_xa": "Phường Tô Hiệu", "nam": 12034, "nu": 12566,
             "ghi_chu": None},
            {"ma_xa": "03650", "ten_xa": "Phường Chiềng An", "nam": 8120, "nu": 8333,
             "ghi_chu": "tạm tính"},
            {"ma_xa": "04105", "ten_xa": "Xã Mường Và", "nam": 5411, "nu": 5302,
             "ghi_chu": None},
        ],
        {"header", "header.numbers", "column.counting", "rows.after"},
    ),
    "tram-y-te.xls": (
        STATIONS,
        [
            {"ma_tram": "014001", "ten_tram": "Trạm Y tế xã Mường Và",
             "ngay": dt.date(1998, 5, 2), "giuong": 5},
            {"ma_tram": "014002", "ten_tram": "Trạm Y tế xã Chiềng Sơ",
             "ngay": dt.date(2003, 11, 30), "giuong": 7},
            {"ma_tram": "000003", "ten_tram": "Trạm Y tế phường Tô Hiệu",
             "ngay": dt.date(1975, 4, 30), "giuong": 12},
        ],
        {"header", "column.counting"},
    ),
    "thu-ngan-sach.ods": (
        REVENUE,
        [
            {"don_vi": "Xã Mường Và", "so_thu": Decimal("1234567.89"),
             "ngay_chot": dt.date(2026, 1, 5)},
            {"don_vi": "Xã Sốp Cộp", "so_thu": Decimal(987654),
             "ngay_chot": dt.date(2026, 1, 12)},
        ],
        {"header", "header.numbers", "column.counting", "rows.after"},
    ),
    "truong-hoc.xlsx": (
        SCHOOLS,
        [
            {**TH, "bac": "Tiểu học", "hoc_sinh": 512},
            {**TH, "ten": "Trường THCS Chiềng Sơ", "bac": "THCS", "hoc_sinh": 431},
            {"xa": "Xã Mường Và", "ten": "Trường TH Mường Và", "bac": "Tiểu học",
             "hoc_sinh": 620},
            {"xa": "Xã Mường Và", "ten": "Trường THCS Mường Và", "bac": "THCS",
             "hoc_sinh": 544},
        ],
        {"header", "column.counting", "rows.between", "rows.after", "merged"},
    ),
    "nhieu-bang.xlsx": (
        PLACES,
        [
            {"ma_tram": "T01", "ten_tram": "Trạm A"},
            {"ma_tram": "T02", "ten_tram": "B"},
        ],
        {"sheets"},
    ),
    "cong-thuc.lo.xlsx": (SUMS, SUMMED, {"formula"}),
    "lien-ket-ngoai.xlsx": (SUMS, SUMMED, {"formula", "links"}),
    "ngay-chu.xls": (
        AREAS,
        [
            {"ma_tram": "001", "dien_tich": Decimal("1234.5"),
             "ngay": dt.date(2025, 9, 2)},
            {"ma_tram": "002", "dien_tich": Decimal("0.25"),
             "ngay": dt.date(2026, 4, 30)},
        ],
        set(),
    ),
}  # fmt: skip
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "theo-thang.xlsx": (VISITS, "sheet.several", "Choose the one to be read"),
    "mat-khau.xlsx": (POPULATION, "protected", "password"),
    "macro.xlsm": (POPULATION, "macros", "without macros (.xlsx)"),
    "cong-thuc.xlsx": (SUMS, "formula", "Open the file in a spreadsheet program"),
    "loi-o.lo.xlsx": (
        schema(("ma_tram", "Mã trạm", {}), ("ty_le", "Tỷ lệ", {"type": "number"})),
        "spreadsheet_error",
        "#N/A",
    ),
    "gop-het.xlsx": (STATIONS, "header.none", "choose the row"),
    "sai-tieu-de.ods": (PLACES, "header.none", "choose the row"),
}


def kind(name: str) -> str:
    return name.rpartition(".")[2].upper()


@pytest.mark.parametrize("name", READ_RIGHT)
def test_an_officers_workbook_is_read_right(load, rows, name):
    wanted, read, informed = READ_RIGHT[name]
    result = load(WORKBOOKS / name, kind(name), wanted)
    assert rows(result) == read
    assert {finding.rule for finding in result.findings.kept} == informed


@pytest.mark.parametrize("name", REFUSED)
def test_an_officers_workbook_is_refused_with_what_to_do(load, name):
    wanted, rule, words = REFUSED[name]
    result = load(WORKBOOKS / name, kind(name), wanted)
    assert not result.is_loaded
    found = [one for one in result.findings.kept if one.rule == rule]
    assert found, [one.as_dict() for one in result.findings.kept]
    assert words in checks.sentence(found[0].as_dict())


def test_every_workbook_is_tried():
    there = {path.name for path in WORKBOOKS.iterdir() if path.suffix != ".py"}
    assert there - {"__pycache__"} == set(READ_RIGHT) | set(REFUSED)
    assert len(there) >= 12


def test_what_the_officer_chose_is_read(load, rows):
    choice = Choice(sheet="tháng 8")
    result = load(WORKBOOKS / "theo-thang.xlsx", "XLSX", VISITS, choice=choice)
    assert [row["luot"] for row in rows(result)] == [11, 21]
    chosen = Choice(
        header=(5, 5), columns={"Ký hiệu cơ sở": "ma_tram", "Cơ sở": "ten_tram"}
    )
    result = load(WORKBOOKS / "sai-tieu-de.ods", "ODS", PLACES, choice=chosen)
    assert [row["ma_tram"] for row in rows(result)] == ["T01", "T02"]
    # A later file with the same columns needs no row numbers.
    result = load(
        WORKBOOKS / "sai-tieu-de.ods", "ODS", PLACES, choice=chosen.for_next_period()
    )
    assert [row["ten_tram"] for row in rows(result)] == ["Trạm A", "Trạm B"]


def test_every_row_is_read_where_the_officer_asks_for_it(load):
    choice = Choice(whole=True)
    result = load(WORKBOOKS / "dan-so.xlsx", "XLSX", POPULATION, choice=choice)
    assert not result.is_loaded
    # What stands in the column that only counts is no row.
    assert result.rows == 7
    result = load(WORKBOOKS / "dan-so.xlsx", "XLSX", POPULATION, choice=Choice(last=10))
    assert result.rows == 2


def test_a_chosen_sheet_or_row_that_is_not_there_is_told(load):
    for choice, rule in (
        (Choice(sheet="Không có"), "sheet.missing"),
        (Choice(header=(400, 400)), "header.row"),
    ):
        result = load(WORKBOOKS / "dan-so.xlsx", "XLSX", POPULATION, choice=choice)
        assert [one.rule for one in result.findings.kept] == [rule]
