"""Vietnamese from before Unicode is told, and converted where the officer says so."""

from __future__ import annotations

import io

import openpyxl
import pytest

from ckanext.sonla.intake.choice import Choice
from ckanext.sonla.intake.readers import legacy

PLACES = [
    "Xã Mường Và",
    "Phường Tô Hiệu",
    "Xã Chiềng Sơ",
    "Huyện Mộc Châu cũ",
    "Thị trấn Hát Lót",
    "Đường Nguyễn Văn Đức",
]
TCVN3 = [
    "X· M\u00adêng Vµ",
    "Ph\u00adêng T« HiÖu",
    "X· ChiÒng S¬",
    "HuyÖn Méc Ch©u cò",
    "ThÞ trÊn H¸t Lãt",  # noqa: RUF001 - TCVN3 read as Latin-1
    "§\u00adêng NguyÔn V¨n §øc",
]
VNI = [
    "Xaõ Möôøng Vaø",
    "Phöôøng Toâ Hieäu",
    "Xaõ Chieàng Sô",
    "Huyeän Moäc Chaâu cuõ",
    "Thò traán Haùt Loùt",
    "Ñöôøng Nguyeãn Vaên Ñöùc",
]
SCHEMA = {"fields": [{"name": "ten", "title": "Tên"}, {"name": "so", "title": "Số"}]}
OLDER = {"tcvn3": TCVN3, "vni": VNI}


def csv(texts: list[str], encoding: str) -> bytes:
    lines = ["ten;so", *(f"{text};{at}" for at, text in enumerate(texts))]
    return "\r\n".join(lines).encode(encoding)


def workbook(texts: list[str]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["ten", "so"])
    for at, text in enumerate(texts):
        sheet.append([text, at])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("name", OLDER)
@pytest.mark.parametrize("kind", ["bytes", "letters", "workbook"])
def test_text_of_older_fonts_is_told_and_converted_when_chosen(load, rows, name, kind):
    texts = OLDER[name]
    content, file = {
        "bytes": (csv(texts, "latin-1"), "CSV"),
        "letters": (csv(texts, "utf-8"), "CSV"),
        "workbook": (workbook(texts), "XLSX"),
    }[kind]
    refused = load(content, file, SCHEMA)
    (finding,) = refused.findings.kept
    assert (finding.rule, finding.params["encoding"]) == (
        "encoding.legacy",
        name.upper(),
    )
    chosen = load(content, file, SCHEMA, choice=Choice(encoding=name))
    assert [row["ten"] for row in rows(chosen)] == PLACES
    # Who says that it is right as it is gets what stands there.
    kept = load(csv(texts, "utf-8"), "CSV", SCHEMA, choice=Choice(encoding="utf-8"))
    assert rows(kept)[0]["ten"] == texts[0]


def test_the_vietnamese_encoding_of_windows_is_read_by_itself(load, rows):
    apart = [
        "Xa\u0303 Mươ\u0300ng Va\u0300",
        "Phươ\u0300ng Tô Hiê\u0323u",
        "Xa\u0303 Chiê\u0300ng Sơ",
    ]
    result = load(csv(apart, "cp1258"), "CSV", SCHEMA)
    assert [row["ten"] for row in rows(result)] == PLACES[:3]
    assert "encoding" in {one.rule for one in result.findings.kept}


def test_text_in_unicode_is_left_alone_whatever_was_chosen_before(load, rows):
    content = csv(PLACES, "utf-8")
    for choice in (None, Choice(encoding="vni"), Choice(encoding="tcvn3")):
        assert [row["ten"] for row in rows(load(content, choice=choice))] == PLACES
    others = csv(["Café Zürich", "naïve São Paulo", "Škoda", "Łódź", "Å ä ö"], "utf-8")
    assert rows(load(others))[0]["ten"] == "Café Zürich"


def test_capitals_of_the_capital_fonts_stay_capitals():
    assert legacy.from_tcvn3("TØNH S¬N LA") == "TỈNH SƠN LA"
    assert legacy.from_tcvn3("X· M\u00adêng Vµ, TØNH S¬N LA") == (
        "Xã Mường Và, TỈNH SƠN LA"
    )
    assert legacy.from_vni("TÆNH SÔN LA, XAÕ MÖÔØNG VAØ") == "TỈNH SƠN LA, XÃ MƯỜNG VÀ"


def test_every_letter_of_the_alphabet_has_its_place_in_the_tables():
    small = "ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
    assert set(small) <= set(legacy._TCVN3.values() and legacy._TCVN3_TO)
    both = set(small + small.upper())
    assert both - set("ìíÌÍ") <= set(legacy._VNI.values())


def test_signs_alone_are_no_old_encoding():
    assert legacy.detected(["¡0¡", "¡", "«", "µ 5 µ"]) is None


def test_a_few_words_of_bytes_are_enough_where_letters_of_unicode_are_not(load, rows):
    few = csv(TCVN3[:2], "latin-1")
    (finding,) = load(few, "CSV", SCHEMA).findings.kept
    assert finding.rule == "encoding.legacy"
    chosen = load(few, "CSV", SCHEMA, choice=Choice(encoding="tcvn3"))
    assert [row["ten"] for row in rows(chosen)] == PLACES[:2]


def test_text_of_windows_is_not_read_as_what_was_chosen_for_an_older_file(load, rows):
    apart = ["Xa\u0303 Mươ\u0300ng Va\u0300", "Phươ\u0300ng Tô Hiê\u0323u"]
    for name in OLDER:
        result = load(csv(apart, "cp1258"), "CSV", SCHEMA, choice=Choice(encoding=name))
        assert [row["ten"] for row in rows(result)] == PLACES[:2]
