"""What people type, as Solr's dismax reads it."""

from __future__ import annotations

import pytest

from ckanext.sonla.search import dismax
from ckanext.sonla.search.errors import SolrError
from ckanext.sonla.search.tree import AtLeast, Boolean, Nothing, Occur, Phrase, Term

QF = "name^4 title^4 tags^2 groups^2 text"
MM = "2<-1 5<80%"


@pytest.mark.parametrize(
    ("words", "least"),
    [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (10, 8)],
)
def test_ckans_minimum_match_lets_long_queries_miss_a_word(words: int, least: int):
    assert dismax.minimum(words, MM) == least


@pytest.mark.parametrize(
    ("mm", "least"),
    [("100%", 4), ("75%", 3), ("-25%", 3), ("3", 3), ("-1", 3), ("9", 4)],
)
def test_minimum_match_has_solrs_other_forms(mm: str, least: int):
    assert dismax.minimum(4, mm) == least


def test_a_minimum_match_that_is_none_is_refused():
    with pytest.raises(SolrError):
        dismax.minimum(3, "many")


def test_signs_and_quotes_have_a_meaning():
    node = dismax.parse('+đất -rừng "mặt nước" ao', qf=QF, mm=MM)
    assert node == Boolean(
        (
            (Occur.MUST, Term("text", "đất")),
            (Occur.MUST_NOT, Term("text", "rừng")),
            (
                Occur.MUST,
                AtLeast((Phrase("text", "mặt nước"), Term("text", "ao")), 2),
            ),
        )
    )


@pytest.mark.parametrize("text", ["", "!!!", "-rừng", "*", '"', "+ -"])
def test_without_a_word_to_find_nothing_is_found(text: str):
    assert dismax.parse(text, qf=QF, mm=MM) == Nothing()


def test_a_quote_that_is_not_closed_is_no_quote():
    assert dismax.parse('"đất đai', qf=QF, mm=MM) == dismax.parse(
        "đất đai", qf=QF, mm=MM
    )
