"""Texts, maps and documents are compared by what they say."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from pypdf import PdfWriter

from ckanext.sonla.approval.comparison import (
    documents,
    features,
    wording,
)


def test_a_text_is_compared_word_by_word():
    assert wording.parts("Báo cáo quý III, có sửa.", "Báo cáo quý IV, có sửa.") == [
        ("same", "Báo cáo quý "),
        ("gone", "III"),
        ("came", "IV"),
        ("same", ", có sửa."),
    ]
    assert wording.parts("", "mới") == [("came", "mới")]


def test_a_long_text_is_compared_by_lines_in_good_time():
    old = [f"dòng {number}" for number in range(20_000)]
    new = [*old[:10_000], "chen vào", *old[10_000:]]
    parts = wording.parts("\n".join(old), "\n".join(new))
    assert ("came", "chen vào\n") in parts


def _map(*named):
    return io.BytesIO(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": {"MA": name, "ten": title},
                        "geometry": {"type": "Point", "coordinates": [103.9, place]},
                    }
                    for name, title, place in named
                ],
            }
        ).encode()
    )


def test_maps_are_compared_feature_by_feature():
    found = features.compare(
        _map(("1", "Chợ", 21.1), ("2", "Bến xe", 21.2), ("3", "Ga", 21.3)),
        _map(("1", "Chợ", 21.1), ("2", "Bến xe mới", 21.2), ("4", "Bưu điện", 21.4)),
    )
    assert found is not None
    assert found["key"] == "ma"
    assert found["counts"] == {"added": 1, "removed": 1, "changed": 1}
    changed = next(one for one in found["results"] if one["change"] == "changed")
    assert (changed["columns"], changed["moved"]) == (["ten"], False)


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"features": 3}', b"\xff\xfe"])
def test_what_is_no_map_is_not_compared_as_one(content: bytes):
    assert features.compare(io.BytesIO(content), _map()) is None


def _packed(name: str, content: str) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr(name, content)
    stream.seek(0)
    return stream


def _docx(text: str) -> io.BytesIO:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return _packed(
        "word/document.xml",
        f'<w:document xmlns:w="{space}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p>'
        "</w:body></w:document>",
    )


def test_documents_are_compared_by_their_text():
    found = documents.compare(
        _docx("Số liệu quý III"), _docx("Số liệu quý IV"), ("DOCX", "DOCX")
    )
    assert found is not None
    assert ("came", "IV") in found["parts"]


def test_a_scan_or_a_damaged_document_says_it_has_no_text():
    empty = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(empty)
    for content, kind in (
        (empty.getvalue(), "PDF"),
        (b"%PDF-1.4 hong", "PDF"),
        (b"PK\x03\x04", "DOCX"),
        (_docx("x").getvalue().replace(b"word/", b"w0rd/"), "DOCX"),
        (_packed("content.xml", "<!DOCTYPE a []><a/>").getvalue(), "ODT"),
    ):
        with pytest.raises(documents.UnreadableError):
            documents.text_of(io.BytesIO(content), kind)
