"""Workbooks as offices write them for people: titles, merged headers, totals."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Font

ANNEX = [
    ["ỦY BAN NHÂN DÂN TỈNH SƠN LA"],
    ["PHỤ LỤC"],
    ["DANH MỤC DỮ LIỆU MỞ SỬA ĐỔI, BỔ SUNG NĂM 2026"],
    ["(Kèm theo Quyết định số 1268/QĐ-UBND ngày 15 tháng 6 năm 2026)"],
    [],
    ["TT", "Mã", "Tên bộ dữ liệu", "Cơ quan", None, "Chu kỳ cập nhật", "Định dạng",
     "Nội dung thay đổi"],
    [None, None, None, "Cơ quan chủ trì", "Cơ quan cung cấp"],
    ["I. Lĩnh vực Y tế"],
    [1, None, "Điểm tiêm chủng lưu động", "Sở Y tế", "UBND các xã, phường",
     "Hằng quý", "CSV, XLSX", "Bổ sung"],
    [2, None, "Cơ sở trợ giúp xã hội", "Sở Lao động - Thương binh và Xã hội", None,
     "6 tháng", "XLSX", "Bổ sung"],
    [3, "YT-03", "Lịch tiêm chủng mở rộng", "Sở Y tế", None, "Hằng tháng", "CSV",
     "Sửa đổi"],
    [4, "YT-04", "Số liệu phòng, chống dịch theo tuần", "Sở Y tế", None, "Hằng quý",
     "CSV", "Bãi bỏ"],
    ["Tổng cộng: 04 bộ dữ liệu"],
]  # fmt: skip
TITLES = [
    ["SỞ Y TẾ TỈNH SƠN LA"],
    ["DANH SÁCH CƠ SỞ BÁN LẺ THUỐC QUÝ III NĂM 2026"],
    [],
    ["STT", "Mã cơ sở", "Tên cơ sở", "Loại hình", "Giấy chứng nhận", None,
     "Số mặt hàng"],
    [None, None, None, None, "Số GCN", "Ngày cấp", None],
]  # fmt: skip
SCHEDULE = "Mã điểm,Tên điểm tiêm,Số liều,Ngày tiêm\n" + "".join(
    f"TC{n:02},Điểm tiêm số {n},{n * 20},{n:02}/10/2026\n" for n in range(1, 13)
)


def annex() -> bytes:
    """Return the annex of an amending decision, in a layout of a province's own."""
    merged = [f"A{row}:H{row}" for row in (1, 2, 3, 4, 8, 13)]
    merged += ["D6:E6", *(f"{letter}6:{letter}7" for letter in "ABCFGH")]
    return _book("Phụ lục", ANNEX, merged)


def pharmacies(count: int = 24, *, wrong: bool = False) -> bytes:
    """Return a department's list of pharmacies; `wrong` spoils some of its cells."""
    rows: list[list[Any]] = [
        [number, f"SL-{number:04}", f"Nhà thuốc số {number}",
         "Quầy thuốc" if number % 3 else "Nhà thuốc", f"{number:05}",
         f"{number:02}/09/2026", 150 + number]
        for number in range(1, count + 1)
    ]  # fmt: skip
    if wrong:
        rows[2][5], rows[4][3], rows[6][6] = "31/02/2026", "Tủ thuốc", "khoảng 90"
        rows[9][1] = rows[8][1]
    total = sum(row[6] for row in rows if isinstance(row[6], int))
    below = [["Tổng cộng", None, None, None, None, None, total],
             ["Ghi chú: số liệu đến ngày 30/9/2026."]]  # fmt: skip
    merged = ["A1:G1", "A2:G2", "E4:F4", *(f"{x}4:{x}5" for x in "ABCDG")]
    return _book("Quý III", [*TITLES, *rows, *below], merged)


def _book(title: str, rows: list[list[Any]], merged: list[str]) -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for one in merged:
        sheet.merge_cells(one)
    sheet["A2"].font = Font(bold=True)
    sheet["A2"].alignment = Alignment(horizontal="center")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def marked(content: bytes) -> set[str]:
    """Return the cells that a report comments on."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {
        cell.coordinate
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }
