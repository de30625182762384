"""Spreadsheets: stored values are read, nothing is calculated."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import xlsxwriter


def book(*sheets: tuple[str, list[list]]) -> bytes:
    out = io.BytesIO()
    written = xlsxwriter.Workbook(out, {"in_memory": True})
    day = written.add_format({"num_format": "dd/mm/yyyy"})
    for name, lines in sheets:
        sheet: Any = written.add_worksheet(name)
        for at, line in enumerate(lines):
            for column, value in enumerate(line):
                if isinstance(value, dt.date):
                    sheet.write_datetime(at, column, value, day)
                else:
                    sheet.write(at, column, value)
    written.close()
    return out.getvalue()


def ods(rows_xml: str) -> bytes:
    out = io.BytesIO()
    office = "urn:oasis:names:tc:opendocument:xmlns"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    content = (
        '<?xml version="1.0"?><office:document-content '
        f'xmlns:office="{office}:office:1.0" '
        f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0" '
        'office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Bảng 1">{rows_xml}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest '
        f'xmlns:manifest="{office}:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    with zipfile.ZipFile(out, "w") as container:
        container.writestr("mimetype", kind)
        container.writestr("content.xml", content)
        container.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


def rules_of(result):
    return [finding.rule for finding in result.findings.kept]


def test_numbers_dates_and_codes_keep_what_they_are(load, rows):
    content = book(
        (
            "Bảng",
            [
                ["mã", "số", "diện tích", "ngày", "đúng"],
                ["007", 7, 1.25, dt.date(2026, 9, 2), True],
                ["010", 10, 2.5, dt.date(2026, 9, 3), False],
            ],
        )
    )
    assert rows(load(content, "XLSX")) == [
        {
            "mã": "007",
            "số": 7,
            "diện tích": Decimal("1.25"),
            "ngày": dt.date(2026, 9, 2),
            "đúng": True,
        },
        {
            "mã": "010",
            "số": 10,
            "diện tích": Decimal("2.5"),
            "ngày": dt.date(2026, 9, 3),
            "đúng": False,
        },
    ]


def test_number_cells_and_written_numbers_of_one_column_are_read_alike(load, rows):
    schema = {
        "fields": [
            {"name": "x", "type": "number", "decimalChar": ",", "groupChar": "."},
            {"name": "d", "type": "date", "format": "%d/%m/%Y"},
            {"name": "y", "type": "string"},
        ]
    }
    content = book(
        (
            "a",
            [
                ["x", "d", "y"],
                [1234.5, dt.date(2026, 1, 2), 84],
                ["1.234,5", "2/1/2026", "084"],
            ],
        )
    )
    day = dt.date(2026, 1, 2)
    assert rows(load(content, "XLSX", schema)) == [
        {"x": Decimal("1234.5"), "d": day, "y": "84"},
        {"x": Decimal("1234.5"), "d": day, "y": "084"},
    ]


def test_rows_above_the_header_are_passed_by_and_told(load, rows):
    schema = {
        "fields": [
            {"name": "ma_xa", "title": "Mã xã"},
            {"name": "ten", "title": "Tên xã"},
        ]
    }
    content = book(
        (
            "a",
            [
                ["DANH SÁCH XÃ, PHƯỜNG"],
                ["(kèm theo Quyết định)"],
                [],
                ["Ten xa", "MÃ XÃ "],
                ["Mường Và", "03"],
            ],
        )
    )
    result = load(content, "XLSX", schema)
    assert rows(result) == [{"ma_xa": "03", "ten": "Mường Và"}]
    assert rules_of(result) == ["header"]


def test_the_sheet_that_bears_the_tables_name_is_read(load, rows):
    content = book(("Bìa", [["chào"]]), ("BẢNG", [["a"], ["x"]]))
    result = load(content, "XLSX", {"fields": [{"name": "a"}]})
    assert rows(result) == [{"a": "x"}]
    assert rules_of(result) == ["sheets"]


def test_the_stored_value_of_a_formula_is_read(load, rows):
    out = io.BytesIO()
    written = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet: Any = written.add_worksheet()
    sheet.write_row(0, 0, ["a", "b"])
    sheet.write(1, 0, 3)
    # Whatever the formula would give: the value that stands there is read.
    sheet.write_formula(1, 1, '=WEBSERVICE("http://127.0.0.1/")', None, 42)
    written.close()
    result = load(out.getvalue(), "XLSX")
    assert rows(result) == [{"a": 3, "b": 42}]
    assert rules_of(result) == ["formula"]


def test_a_formula_that_was_never_calculated_is_told_with_its_cell(load):
    written = openpyxl.Workbook()
    sheet: Any = written.active
    sheet.append(["a", "b"])
    sheet.append([1, "=A2*2"])
    out = io.BytesIO()
    written.save(out)
    result = load(out.getvalue(), "XLSX")
    assert not result.is_loaded
    assert result.findings.kept[0].params["cell"] == "B2"


def test_error_values_are_told_instead_of_read_as_empty(load):
    out = io.BytesIO()
    written = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet: Any = written.add_worksheet()
    sheet.write_row(0, 0, ["a", "b"])
    sheet.write(1, 0, 3)
    sheet.write_formula(1, 1, "=NA()", None, "#N/A")
    written.close()
    result = load(out.getvalue(), "XLSX")
    assert not result.is_loaded
    assert "spreadsheet_error" in rules_of(result)


def test_formulas_in_text_files_stay_text(load, rows):
    content = b'a,b\n=1+1,"=HYPERLINK(""http://x"")"\n@SUM(1),+84\n'
    assert rows(load(content)) == [
        {"a": "=1+1", "b": '=HYPERLINK("http://x")'},
        {"a": "@SUM(1)", "b": "+84"},
    ]


def test_a_cell_in_the_last_corner_does_not_fill_the_memory(load):
    content = book(("a", [["x"], ["1"]]))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                data = data.replace(
                    b"</sheetData>",
                    b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
                    b"</sheetData>",
                )
            new.writestr(part.filename, data)
    result = load(out.getvalue(), "XLSX")
    assert rules_of(result) == ["size"]
    assert result.findings.kept[0].params["column"] == 16384


def test_an_open_document_is_read(load, rows):
    def cell(text: str) -> str:
        return (
            '<table:table-cell office:value-type="string">'
            f"<text:p>{text}</text:p></table:table-cell>"
        )

    lines = [["Xã", "Mã"], ["Mường Và", "03"]]
    xml = "".join(
        f"<table:table-row>{''.join(map(cell, line))}</table:table-row>"
        for line in lines
    )
    xml += (
        '<table:table-row table:number-rows-repeated="1048574">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert rows(load(ods(xml), "ODS")) == [{"Xã": "Mường Và", "Mã": "03"}]


def test_merged_and_hidden_rows_of_an_open_document_are_read_as_in_a_workbook(
    load, rows
):
    """A district over its communes, one of them in a row that is filtered away."""

    def cell(text: str, **spans: int) -> str:
        told = "".join(
            f' table:number-{name}-spanned="{count}"' for name, count in spans.items()
        )
        return (
            f'<table:table-cell office:value-type="string"{told}>'
            f"<text:p>{text}</text:p></table:table-cell>"
        )

    covered = "<table:covered-table-cell/>"
    lines = [
        cell("Danh sách xã", columns=2, rows=1) + covered,
        cell("Khu vực") + cell("Xã"),
        cell("Sông Mã", rows=2, columns=1) + cell("Mường Và"),
        covered + cell("Chiềng Khoong"),
        cell("Mộc Châu") + cell("Vân Hồ"),
    ]
    filtered = ' table:visibility="filter"'
    xml = "".join(
        f"<table:table-row{filtered if at == 3 else ''}>{line}</table:table-row>"
        for at, line in enumerate(lines)
    )
    result = load(ods(xml), "ODS")
    assert rows(result) == [
        {"Khu vực": "Sông Mã", "Xã": "Mường Và"},
        {"Khu vực": "Sông Mã", "Xã": "Chiềng Khoong"},
        {"Khu vực": "Mộc Châu", "Xã": "Vân Hồ"},
    ]
    assert "merged" in rules_of(result)


def test_an_open_document_that_repeats_a_value_for_ever_is_refused(load):
    xml = (
        '<table:table-row table:number-rows-repeated="1000000">'
        '<table:table-cell office:value-type="float" office:value="1" '
        'table:number-columns-repeated="16000"><text:p>1</text:p></table:table-cell>'
        "</table:table-row>"
    )
    assert rules_of(load(ods(xml), "ODS")) == ["size"]
