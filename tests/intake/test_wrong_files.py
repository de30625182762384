"""Wrong files get a clear error or are read right; nothing is lost."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = {"fields": [{"name": "ma"}, {"name": "ten"}]}


def rules_of(result):
    return [finding.rule for finding in result.findings.kept]


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            container.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.mark.parametrize("schema", [None, SCHEMA])
@pytest.mark.parametrize(
    ("content", "kind", "rule"),
    [
        (b"", "CSV", "empty"),
        (b"\n\n  \n", "CSV", "empty"),
        (b"\xef\xbb\xbf", "CSV", "empty"),
        (b"ma,ten\n", "CSV", "empty"),
        (b"[]", "JSON", "empty"),
        (b"%PDF-1.7\n...", "CSV", "format"),
        (b"%PDF-1.7\n...", "XLSX", "format"),
        (b"PK\x03\x04 not really", "CSV", "broken"),
        (b"PK\x03\x04 not really", "XLSX", "broken"),
        (zipped(readme=b"no sheet here"), "XLSX", "format"),
        (zipped(xl__workbook_xml=b"<a>"), "XLSX", "format"),
        (zipped(**{"xl/workbook.xml": b"<a>"}), "XLSX", "broken"),
        (zipped(**{"content.xml": b"<a>"}), "ODS", "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "XLS", "broken"),
        (b"ma,ten\n1,2\n", "XLSX", "format"),
        (bytes(range(256)) * 20, "CSV", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "CSV", "not_a_table"),
        (b"ma,ten\n\x01,2\n", "CSV", "not_a_table"),
        (b"ma,ten\n\x81\x8d\x8f,\x90\n", "CSV", "encoding"),
        ("ma,ten\nXã Mường,2\n".encode("utf-16")[:-1], "CSV", "encoding"),
        (b"ma;ten\nS\xacn La;H\xb5 N\xe9i \xae\xb8 \xb7\n", "CSV", "encoding.legacy"),
        (b'ma,ten\n"never closed,2\n', "CSV", "quotes"),
        (b'ma,ten\n"a"b,2\n', "CSV", "quotes"),
        (b"{}", "JSON", "not_a_table"),
        (b"[1, 2]", "JSON", "not_a_table"),
        (b'[{"ma": 1}, "x"]', "JSON", "not_a_table"),
        (b'[{"ma": 1}', "JSON", "not_a_table"),
        (b"ma,ten", "JSON", "not_a_table"),
        (b"[" * 100_000, "JSON", "not_a_table"),
        (b'[{"ma": "\\u0000", "ten": "x"}]', "JSON", "encoding"),
    ],
)
def test_a_file_that_is_no_table_says_why(load, content, kind, schema, rule):
    result = load(content, kind, schema)
    assert not result.is_loaded
    assert rules_of(result)[-1:] == [rule]


def test_ten_thousand_columns_are_too_many(load):
    header = ",".join(f"c{n}" for n in range(10_000))
    row = ",".join("1" for _ in range(10_000))
    result = load(f"{header}\n{row}\n".encode())
    assert rules_of(result) == ["columns"]
    assert result.findings.kept[0].params == {"count": 10_000, "limit": 1000}


def test_as_many_columns_as_allowed_are_loaded(load, rows, limit):
    header = ",".join(f"c{n}" for n in range(limit.columns))
    row = ",".join(str(n) for n in range(limit.columns))
    assert rows(load(f"{header}\n{row}\n".encode()))[0]["c999"] == 999


def test_a_row_that_postgresql_cannot_hold_is_told(load, limit):
    wide = replace(limit, columns=1598)
    header = ",".join(f"c{n}" for n in range(1598))
    row = ",".join("một hai ba" for _ in range(1598))
    assert rules_of(load(f"{header}\n{row}\n".encode(), limits=wide)) == ["row_size"]


def test_a_line_of_200_megabytes_is_refused_before_it_is_read(load, tmp_path: Path):
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(b"ma,ten\n")
        for _ in range(200):
            file.write(b"a" * 1_000_000)
    result = load(path)
    assert rules_of(result) == ["line_length"]
    assert result.findings.kept[0].params == {"line": 2, "limit": 1_000_000}


def test_a_zip_bomb_is_refused_by_what_it_unpacks_to(load, limit):
    bomb = zipped(**{"xl/workbook.xml": b"", "xl/a.xml": b"0" * 60_000_000})
    assert len(bomb) < 100_000
    assert rules_of(load(bomb, "XLSX")) == ["zip_bomb"]


def test_a_zip_that_lies_about_its_size_is_refused(load):
    honest = zipped(**{"xl/workbook.xml": b"", "xl/a.xml": b"0" * 20_000_000})
    size = (20_000_000).to_bytes(4, "little")
    assert honest.count(size) == 2
    assert rules_of(load(honest.replace(size, b"\x01\0\0\0"), "XLSX")) == ["broken"]


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [("bytes", 10, "size"), ("rows", 1, "rows"), ("cell", 4, "cell_length")],
)
def test_every_limit_is_the_policys(load, limit, name, value, rule):
    content = b"ma,ten\n1,abcdef\n2,x\n"
    assert rules_of(load(content, limits=replace(limit, **{name: value}))) == [rule]


def test_cells_beyond_the_header_are_not_lost_in_silence(load):
    result = load(b"ma,ten\n1,2\n3,4,5\n")
    assert rules_of(result) == ["row.width"]
    finding = result.findings.kept[0]
    assert (finding.row, finding.value) == (3, "5")


def test_short_rows_are_read_and_told(load, rows):
    result = load(b"ma,ten\n1,2\n3\n")
    assert rows(result) == [{"ma": 1, "ten": 2}, {"ma": 3, "ten": None}]
    assert rules_of(result) == ["row.width"]
