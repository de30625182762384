"""Text files as they come from Vietnamese offices."""

from __future__ import annotations

import datetime as dt
import unicodedata
from decimal import Decimal

import pytest

PLACES = "Xã;Số dân\nMường Và;1200\nChiềng Sơ;950\n"
READ = [{"Xã": "Mường Và", "Số dân": 1200}, {"Xã": "Chiềng Sơ", "Số dân": 950}]


def cp1258(text: str) -> bytes:
    """Write Vietnamese as Windows does: tones as marks behind their vowels."""
    out = bytearray()
    for char in text:
        try:
            out += char.encode("cp1258")
            continue
        except UnicodeEncodeError:
            base, *marks = unicodedata.normalize("NFD", char)
            tones = [mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323"]
            shape = [mark for mark in marks if mark not in tones]
            whole = unicodedata.normalize("NFC", base + "".join(shape))
            out += (whole + "".join(tones)).encode("cp1258")
    return bytes(out)


@pytest.mark.parametrize(
    "content",
    [
        PLACES.encode(),
        PLACES.encode("utf-8-sig"),
        PLACES.encode("utf-16"),
        PLACES.encode("utf-16-le"),
        PLACES.encode("utf-16-be"),
        PLACES.encode("utf-32"),
        cp1258(PLACES),
        unicodedata.normalize("NFD", PLACES).encode(),
        PLACES.replace(";", ",").encode(),
        PLACES.replace(";", "\t").encode(),
        PLACES.replace(";", "|").encode(),
        PLACES.replace("\n", "\r\n").encode(),
        PLACES.replace("\n", "\r").encode(),
        ("sep=;\r\n" + PLACES).encode(),
        ("\n\n" + PLACES + "\n\n").encode(),
    ],
)
def test_the_same_table_is_read_from_every_encoding_and_delimiter(load, rows, content):
    assert rows(load(content)) == READ


def test_vietnamese_numbers_and_dates_are_read_as_the_schema_declares(load, rows):
    schema = {
        "fields": [
            {"name": "ma", "type": "string"},
            {"name": "so_tien", "type": "number", "decimalChar": ",", "groupChar": "."},
            {"name": "ngay", "type": "date", "format": "%d/%m/%Y"},
        ]
    }
    read = rows(load(b"ma;so_tien;ngay\n00123;1.234.567,89;5/9/2026\n", schema=schema))
    assert read == [
        {
            "ma": "00123",
            "so_tien": Decimal("1234567.89"),
            "ngay": dt.date(2026, 9, 5),
        }
    ]
