"""A stranger finds Vietnamese datasets, however they type."""

from __future__ import annotations

import unicodedata

import pytest

from .conftest import dataset, found

pytestmark = [
    pytest.mark.ckan_config("ckan.plugins", "sonla_search"),
    pytest.mark.ckan_config("ckan.auth.create_unowned_dataset", True),
    pytest.mark.usefixtures("index"),
]


def test_without_accents_everything_is_found():
    """An English stemmer would have cut thủy to thui, xây to xai, giấy to giai."""
    titles = ["Nuôi trồng thủy sản", "Xây dựng nông thôn", "Giấy phép đất đai"]
    for title in titles:
        dataset(title)
    assert found("thuy san") == [titles[0]]
    assert found("xay dung") == [titles[1]]
    assert found("giay phep") == [titles[2]]
    assert found("DAT DAI") == [titles[2]]


def test_composed_and_decomposed_letters_find_each_other():
    dataset("Diện tích rừng")
    dataset(unicodedata.normalize("NFD", "Độ che phủ rừng"), name="nfd")
    for form in ("NFC", "NFD"):
        assert len(found(unicodedata.normalize(form, "rừng"))) == 2
    assert len(found(unicodedata.normalize("NFD", "Diện tích"))) == 1


def test_exact_accents_come_first():
    for title in ("Thu ngân sách", "Thú nuôi", "Thứ hạng", "Thư viện"):
        dataset(title)
    assert found("thư")[0] == "Thư viện"
    assert found("thú")[0] == "Thú nuôi"
    assert found("thứ")[0] == "Thứ hạng"
    assert len(found("thu")) == 4


def test_neighbouring_syllables_come_first():
    dataset("Dục vọng và giáo xứ")
    dataset("Thống kê giáo dục")
    assert found("giao duc") == ["Thống kê giáo dục", "Dục vọng và giáo xứ"]


def test_the_title_weighs_more_than_the_notes():
    dataset("Báo cáo năm", notes="Số liệu về rừng, rừng và rừng")
    dataset("Rừng phòng hộ", notes="Báo cáo")
    assert found("rừng")[0] == "Rừng phòng hộ"


def test_quotes_ask_for_the_words_in_their_order():
    dataset("Đất nông nghiệp")
    dataset("Nông sản và công nghiệp, đất trồng")
    assert found('"nông nghiệp"') == ["Đất nông nghiệp"]
    assert found('"nghiep nong"') == []


def test_tags_and_files_are_found_without_accents():
    dataset("Một", tags=[{"name": "cà phê"}])
    dataset("Hai", resources=[{"name": "Sản lượng mận hậu", "url": "http://a/b.csv"}])
    assert found("ca phe") == ["Một"]
    assert found("man hau") == ["Hai"]


def test_titles_sort_by_the_vietnamese_alphabet():
    titles = ["An", "Ảnh", "Âm", "Dân", "Đất", "Em", "Ong", "Ổi", "Ớt"]
    for title in reversed(titles):
        dataset(title)
    assert found("*:*", sort="title_string asc") == titles
    assert found("*:*", sort="title_string desc") == titles[::-1]


def test_a_field_is_searched_without_accents_too():
    dataset("Đất đai", notes="không")
    dataset("Không", notes="đất đai")
    assert found("title:dat") == ["Đất đai"]
    assert found('notes:"đất đai"') == ["Không"]
    assert found("title:da*") == ["Đất đai"]
    assert found("title:d?t") == ["Đất đai"]
    assert found("title:*at") == ["Đất đai"]
    assert sorted(found("text:khôn*")) == ["Không", "Đất đai"]


def test_a_letter_may_be_wrong_after_a_tilde():
    dataset("Thống kê dân số")
    assert found("thongg~ OR text:nothing") == ["Thống kê dân số"]
    assert found("text:thonx~1") == ["Thống kê dân số"]
    assert found("text:tinh~1") == []
