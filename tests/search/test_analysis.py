"""Vietnamese text becomes words that are found with and without their accents."""

from __future__ import annotations

import unicodedata

import pytest

from ckanext.sonla.search.analysis import fold, index_words, query_words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Thủy sản", "thuy san"),
        ("Đất đai", "dat dai"),
        ("XÂY DỰNG", "xay dung"),
        ("giấy phép", "giay phep"),
        ("Straße", "strasse"),
        ("2026", "2026"),
    ],
)
def test_folding_takes_case_and_accents_away(text: str, folded: str):
    assert fold(text) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded


def test_composed_and_decomposed_letters_are_the_same_words():
    text = "Điện, đường, trường, trạm"
    assert query_words(text) == query_words(unicodedata.normalize("NFD", text))


def test_the_accented_form_is_kept_beside_the_folded_one():
    (word,) = query_words("Thủy")
    assert (word.folded, word.original) == ("thuy", "thủy")


def test_no_stemmer_cuts_syllables():
    assert [w.folded for w in query_words("thủy xây giấy")] == ["thuy", "xay", "giay"]


def test_words_are_split_as_solr_splits_them():
    assert [w.folded for w in query_words("Wi-Fi DataStore 4G C++ R&D")] == [
        "wi", "fi", "data", "store", "4", "g", "c", "r", "d",
    ]  # fmt: skip


def test_split_words_are_also_indexed_joined():
    assert {"wi", "fi", "wifi"} == {w.folded for w in index_words("Wi-Fi")}
    assert {"data", "store", "datastore"} == {
        w.folded for w in index_words("DataStore")
    }
