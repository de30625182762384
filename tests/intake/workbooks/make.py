"""Makes the officers' workbooks beside it: openpyxl writes, LibreOffice saves again.

Run by hand when one is added, on a machine with LibreOffice Calc:
`python tests/intake/workbooks/make.py`. `mat-khau.xlsx` is `dan-so.xlsx` encrypted with
`msoffcrypto-tool -e -p 782 dan-so.xlsx mat-khau.xlsx`. The files are small and checked
in, so that the tests need no office suite. None comes from the portal's own exports.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).parent
Maker = Callable[[Workbook, Worksheet], None]
MAKERS: dict[str, Maker] = {}


def workbook(name: str) -> Callable[[Maker], Maker]:
    """Register what fills a workbook; the ending says who saves it last.

    `.xlsx` is openpyxl's own; `.lo.xlsx`, `.xls` and `.ods` are LibreOffice's.
    """

    def registered(make: Maker) -> Maker:
        MAKERS[name] = make
        return make

    return registered


def put(sheet: Worksheet, first: int, *rows: list) -> int:
    """Write rows from a row on and return the number of the next one."""
    for at, row in enumerate(rows, start=first):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(at, column)
            if value is not None:
                cell.value = value
            if isinstance(value, dt.date):
                cell.number_format = "dd/mm/yyyy"
    return first + len(rows)


def title(sheet: Worksheet, office: str, name: str, width: int) -> None:
    """Write the head of a report: the office, the motto, the title."""
    last = chr(ord("A") + width - 1)
    put(sheet, 1, [office], ["Biểu số 01/BC"], [])
    sheet["A4"] = name
    sheet.merge_cells(f"A4:{last}4")
    sheet["A4"].font = Font(bold=True)
    sheet["A4"].alignment = Alignment(horizontal="center", wrap_text=True)


@workbook("dan-so.xlsx")
def population(_book: Workbook, sheet: Worksheet) -> None:
    title(sheet, "UBND TỈNH SƠN LA", "DÂN SỐ TRUNG BÌNH PHÂN THEO XÃ\nNĂM 2025", 6)
    sheet["F5"] = "Đơn vị tính: người"
    put(
        sheet,
        6,
        ["STT", "Mã xã", "Tên xã, phường", "Dân số trung bình", None, "Ghi chú"],
        [None, None, None, "Nam", "Nữ", None],
        ["A", "B", "C", 1, 2, 3],
    )
    for cells in ("A6:A7", "B6:B7", "C6:C7", "D6:E6", "F6:F7"):
        sheet.merge_cells(cells)
    end = put(
        sheet,
        9,
        [1, "03646", "Phường Tô Hiệu", 12034, 12566, None],
        [2, "03650", "Phường Chiềng An", 8120, 8333, "tạm tính"],
        [3, "04105", "Xã Mường Và", 5411, 5302, None],
        [None, None, "Tổng cộng", 25565, 26201, None],
    )
    put(
        sheet,
        end + 1,
        ["Ghi chú: số liệu sơ bộ đến 31/12/2025."],
        [None, None, None, "Sơn La, ngày 12 tháng 01 năm 2026"],
        ["NGƯỜI LẬP BIỂU", None, None, "GIÁM ĐỐC"],
        [],
        ["Nguyễn Văn A", None, None, "Trần Thị B"],
    )


@workbook("tram-y-te.xls")
def stations(_book: Workbook, sheet: Worksheet) -> None:
    title(sheet, "SỞ Y TẾ", "DANH SÁCH TRẠM Y TẾ", 5)
    put(
        sheet,
        6,
        ["TT", "Mã trạm", "Tên trạm", "Ngày thành lập", "Số giường bệnh (giường)"],
        [1, "014001", "Trạm Y tế xã Mường Và", dt.date(1998, 5, 2), 5],
        [2, "014002", "Trạm Y tế xã Chiềng Sơ", dt.date(2003, 11, 30), 7],
        [3, "000003", "Trạm Y tế phường Tô Hiệu", dt.date(1975, 4, 30), 12],
        [4, None, None, None, None],
        [5, None, None, None, None],
    )


@workbook("thu-ngan-sach.ods")
def revenue(_book: Workbook, sheet: Worksheet) -> None:
    sheet.title = "Thu NS"
    title(sheet, "SỞ TÀI CHÍNH", "THU NGÂN SÁCH THEO XÃ", 4)
    put(
        sheet,
        5,
        ["Số TT", "Đơn vị", "Số thu (triệu đồng)", "Ngày chốt"],
        ["(1)", "(2)", "(3)", "(4)"],
        [1, "Xã Mường Và", "1.234.567,89", "05/01/2026"],
        [2, "Xã Sốp Cộp", "987.654", "12/01/2026"],
        [None, "Tổng số", "2.222.221,89", None],
        [],
        ["Nguồn: Kho bạc Nhà nước khu vực"],
    )


@workbook("truong-hoc.xlsx")
def schools(_book: Workbook, sheet: Worksheet) -> None:
    title(sheet, "SỞ GIÁO DỤC VÀ ĐÀO TẠO", "TRƯỜNG HỌC THEO XÃ", 5)
    put(
        sheet,
        6,
        ["STT", "Xã", "Tên trường", "Bậc học", "Số học sinh"],
        ["I", "Khu vực Sông Mã", None, None, None],
        [1, "Xã Chiềng Sơ", "Trường TH Chiềng Sơ", "Tiểu học", 512],
        [2, None, "Trường THCS Chiềng Sơ", "THCS", 431],
        ["II", "Khu vực Sốp Cộp", None, None, None],
        [3, "Xã Mường Và", "Trường TH Mường Và", "Tiểu học", 620],
        [4, None, "Trường THCS Mường Và", "THCS", 544],
        [None, "Cộng", None, None, 2107],
    )
    for cells in ("B8:B9", "B11:B12", "B7:E7", "B10:E10"):
        sheet.merge_cells(cells)


@workbook("nhieu-bang.xlsx")
def several(book: Workbook, sheet: Worksheet) -> None:
    sheet.title = "Hướng dẫn"
    put(sheet, 1, ["Các đơn vị điền vào hai bảng sau, gửi trước ngày 15."])
    stations_sheet = book.create_sheet("Trạm")
    put(stations_sheet, 1, ["Mã trạm", "Tên trạm"], ["T01", "Trạm A"], ["T02", "B"])
    staff = book.create_sheet("Nhân viên")
    put(staff, 1, ["Mã trạm", "Họ và tên"], ["T01", "Lò Văn X"], ["T02", "Cà Thị Y"])
    hidden = book.create_sheet("Danh mục")
    put(hidden, 1, ["Mã trạm", "Tên trạm"], ["T99", "bản nháp"])
    hidden.sheet_state = "hidden"


@workbook("theo-thang.xlsx")
def months(book: Workbook, sheet: Worksheet) -> None:
    sheet.title = "Tháng 7"
    for month in (8, 9):
        book.create_sheet(f"Tháng {month}")
    for at, page in enumerate(book.worksheets):
        put(page, 1, ["Mã trạm", "Lượt khám"], ["T01", 10 + at], ["T02", 20 + at])


@workbook("cong-thuc.xlsx")
def formulas(_book: Workbook, sheet: Worksheet) -> None:
    put(
        sheet,
        1,
        ["Mã trạm", "Quý I", "Quý II", "Cả hai"],
        ["T01", 5, 6, "=B2+C2"],
        ["T02", 7, 8, "=B3+C3"],
    )


MAKERS["cong-thuc.lo.xlsx"] = formulas


@workbook("loi-o.lo.xlsx")
def errors(_book: Workbook, sheet: Worksheet) -> None:
    put(
        sheet,
        1,
        ["Mã trạm", "Tỷ lệ"],
        ["T01", "=1/0"],
        ["T02", '=VLOOKUP("x",A1:B1,2,FALSE)'],
    )


@workbook("gop-het.xlsx")
def all_merged(_book: Workbook, sheet: Worksheet) -> None:
    put(sheet, 1, ["BÁO CÁO TÌNH HÌNH TRẠM Y TẾ: xem công văn kèm theo"])
    sheet.merge_cells("A1:H60")


@workbook("sai-tieu-de.ods")
def other_headers(_book: Workbook, sheet: Worksheet) -> None:
    title(sheet, "UBND XÃ MƯỜNG VÀ", "BẢNG KÊ", 3)
    put(
        sheet,
        5,
        ["Stt", "Ký hiệu cơ sở", "Cơ sở"],
        [1, "T01", "Trạm A"],
        [2, "T02", "Trạm B"],
    )


@workbook("ngay-chu.xls")
def texts(_book: Workbook, sheet: Worksheet) -> None:
    put(
        sheet,
        2,
        [None, "Mã trạm", "Diện tích (ha)", "Ngày"],
        [None, "001", "1.234,5", "02/09/2025"],
        [None, "002", "0,25", "30/4/2026"],
    )


def saved(name: str, make: Maker) -> None:
    """Write one workbook, by LibreOffice where its ending says so."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    make(book, sheet)
    ending = name.rpartition(".")[2]
    if ending == "xlsx" and not name.endswith(".lo.xlsx"):
        book.save(HERE / name)
        return
    with tempfile.TemporaryDirectory() as folder:
        stem = name.removesuffix(".lo.xlsx").removesuffix(f".{ending}")
        source = Path(folder, f"{stem}.xlsx")
        book.save(source)
        out = Path(folder, "out")
        subprocess.run(
            ["soffice", "--headless", "--convert-to", ending, "--outdir", out, source],
            check=True,
            capture_output=True,
            timeout=120,
        )
        (HERE / name).write_bytes((out / f"{stem}.{ending}").read_bytes())


def with_parts(name: str, source: str, parts: dict[str, bytes]) -> None:
    """Write a workbook that has more parts than its source."""
    with (
        zipfile.ZipFile(HERE / source) as old,
        zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            new.writestr(part, old.read(part))
        for path, content in parts.items():
            new.writestr(path, content)


def main() -> None:
    """Make all of them anew."""
    for name, make in MAKERS.items():
        saved(name, make)
    link = (
        b'<?xml version="1.0"?><externalLink xmlns="http://schemas.openxmlformats.org/'
        b'spreadsheetml/2006/main"><externalBook/></externalLink>'
    )
    with_parts(
        "lien-ket-ngoai.xlsx",
        "cong-thuc.lo.xlsx",
        {"xl/externalLinks/externalLink1.xml": link},
    )
    macros = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
    with_parts("macro.xlsm", "dan-so.xlsx", {"xl/vbaProject.bin": macros})


if __name__ == "__main__":
    main()
