"""Whatever stands in a query: an answer or an error of Solr, never anything else."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.sonla.search import (
    dates,
    dismax,
    lucene,
    request,
    schema,
    text_conditions,
    tree,
)
from ckanext.sonla.search.analysis import index_words
from ckanext.sonla.search.errors import SolrError
from ckanext.sonla.search.lexemes import Vector

FIELDS = schema.packaged()
PIECES = st.sampled_from(
    ["+", "-", "!", "(", ")", ":", "^", "~", "*", "?", "\\", "/", '"', "[", "]", "{",
     "}", "{!", " TO ", " AND ", " OR ", " NOT ", "&&", "||", " ", "a", "đất", "name",
     "text", "metadata_modified", "NOW-1DAY", "2", "filter", "\u0301", "\x00", "\ud800"]
)  # fmt: skip
QUERIES = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=14).map("".join))
OPERATORS = st.sampled_from(["AND", "OR"])


@settings(max_examples=400, deadline=None)
@given(QUERIES, OPERATORS)
def test_a_query_is_read_or_refused(query: str, operator: str):
    with suppress(SolrError):
        lucene.parse(query, FIELDS, default=operator)


@settings(max_examples=300, deadline=None)
@given(QUERIES, st.sampled_from(["dismax", None]))
def test_nothing_that_people_type_is_refused(query: str, kind: str | None):
    """Except local parameters, which CKAN refuses itself."""
    if not query.lstrip().startswith("{!"):
        with suppress(SolrError):
            request.read(query, FIELDS, {"defType": kind, "q.op": "AND"})


@settings(max_examples=200, deadline=None)
@given(QUERIES)
def test_dismax_knows_no_syntax_errors(query: str):
    dismax.parse(query, qf=request.QF, mm="2<-1 5<80%")


@settings(max_examples=300, deadline=None)
@given(QUERIES)
def test_a_clause_beside_any_filter_stays_required(outside: str):
    """CKAN's actions put their own clauses into the same string as a caller's."""
    own = '+capacity:public +permission_labels:("a" OR "b")'
    for query in (f"({outside}) {own}", f"{own} ({outside})"):
        try:
            node = lucene.parse(query, FIELDS, default="AND")
        except SolrError:
            continue
        if outside.count("(") or outside.count(")") or '"' in outside:
            continue  # brackets of its own: it is no longer one group
        assert isinstance(node, tree.Boolean), query
        required = [c for occur, c in node.clauses if occur is tree.Occur.MUST]
        assert tree.Term("capacity", "public") in required, query


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_a_date_is_read_or_refused(text: str):
    with suppress(SolrError):
        dates.moment(text)
    with suppress(SolrError):
        dates.moment(f"NOW{text}")


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_becomes_words(text: str):
    vector = Vector()
    vector.add(index_words(text), "A")
    vector.add_fielded("title", index_words(text))
    assert vector.literal() == "" or "'" in vector.literal()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20))
def test_any_pattern_becomes_one_of_like(text: str):
    text_conditions.like(text, folded=True)
    text_conditions.like(text, folded=False)
