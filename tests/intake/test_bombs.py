"""Workbooks that take a reader down: the portal stays up and says what to do."""

from __future__ import annotations

import io
import os
import re
import signal
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from ckanext.sonla.intake import apart, readers
from ckanext.sonla.intake.problems import Unreadable
from ckanext.sonla.shared.findings import Finding

SCHEMA = {"fields": [{"name": "ma", "title": "Mã"}, {"name": "ten", "title": "Tên"}]}


def workbook(*rows: list) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(content: bytes, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.infolist():
            data = source.read(part)
            if part.filename.endswith("sheet1.xml"):
                assert old in data
                data = data.replace(old, new)
            target.writestr(part.filename, data)
    return out.getvalue()


def test_a_million_formatted_empty_rows_are_passed_by(load, rows, limit):
    content = workbook(["Mã", "Tên"], ["1", "a"], ["2", "b"])
    empty = b"".join(
        b'<row r="%d" s="0" customFormat="1" ht="15"><c r="A%d" s="0"/></row>'
        % (at, at)
        for at in range(4, 1_048_577)
    )
    content = changed(content, b"</sheetData>", empty + b"</sheetData>")
    result = load(
        content, "XLSX", SCHEMA, limits=replace(limit, unpacked=1_000_000_000)
    )
    assert rows(result) == [{"ma": "1", "ten": "a"}, {"ma": "2", "ten": "b"}]


def test_a_reader_that_takes_too_much_memory_ends_alone(load, limit):
    many = workbook(["Mã", "Tên"], *([str(at), f"{at}" * 50] for at in range(5000)))
    result = load(many, "XLSX", SCHEMA, limits=replace(limit, memory=30_000_000))
    assert [one.rule for one in result.findings.kept] == ["reader.ended"]


def test_a_reader_that_takes_too_long_ends_alone(load, limit):
    content = workbook(["Mã", "Tên"], ["1", "a"])
    result = load(content, "XLSX", SCHEMA, limits=replace(limit, seconds=0))
    assert [one.rule for one in result.findings.kept] == ["reader.ended"]


def test_a_reader_that_crashes_halfway_gives_no_half_table(load, limit, monkeypatch):
    content = workbook(["Mã", "Tên"], *([str(at), "a"] for at in range(5000)))
    original = apart._answers

    def crashing(process, order):
        answers = original(process, order)
        yield next(answers)
        yield next(answers)
        os.kill(process.pid, signal.SIGSEGV)
        process.wait()

    monkeypatch.setattr(apart, "_answers", crashing)
    result = load(content, "XLSX", SCHEMA)
    assert "reader.ended" in {one.rule for one in result.findings.kept}
    assert not result.is_loaded


def test_two_hundred_thousand_rows_take_less_than_300_megabytes(
    tmp_path, limit, monkeypatch
):
    line = "".join(
        f'<c r="{letter}{{0}}" t="inlineStr"><is><t>Giá trị {{0}}</t></is></c>'
        if letter == "B"
        else f'<c r="{letter}{{0}}"><v>{{0}}.5</v></c>'
        for letter in "ABCDE"
    )
    lines = "".join(
        f'<row r="{at}">{line.format(at)}</row>' for at in range(2, 200_002)
    )
    content = changed(
        workbook([f"Cột {at}" for at in range(5)]),
        b"</sheetData>",
        lines.encode() + b"</sheetData>",
    )
    path = Path(tmp_path, "lon")
    path.write_bytes(content)
    large = replace(limit, unpacked=1_000_000_000)
    peaks: list[int] = []
    original = apart._answers

    def watched(process, order):
        for answer in original(process, order):
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
            found = re.search(r"VmHWM:\s+(\d+) kB", status)
            peaks.append(int(found[1]) if found else 0)
            yield answer

    monkeypatch.setattr(apart, "_answers", watched)
    with apart.reading(path, "XLSX", large, readers.Asked(), seconds=600) as table:
        assert sum(1 for _row in table.rows) == 200_001
    assert max(peaks) < 300_000


def test_what_the_reader_says_comes_over_whole(tmp_path, limit):
    path = Path(tmp_path, "x")
    path.write_bytes(b"PK\x03\x04 no zip")
    opening = apart.reading(path, "XLSX", limit, readers.Asked(), seconds=60)
    with pytest.raises(Unreadable) as caught, opening:
        pass
    assert isinstance(caught.value.finding, Finding)
    assert caught.value.finding.rule == "broken"
