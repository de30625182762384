"""Solr's standard syntax means here what it means in Solr."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ckanext.sonla.search import lucene, tree
from ckanext.sonla.search.errors import SolrError

if TYPE_CHECKING:
    from ckanext.sonla.search.schema import Schema


def written(node: tree.Node) -> str:  # noqa: PLR0911 - one a kind
    """Write a tree the way Lucene prints its queries."""
    match node:
        case tree.Boolean(clauses):
            return " ".join(
                f"{occur.value}({written(part)})"
                if isinstance(part, tree.Boolean)
                else f"{occur.value}{written(part)}"
                for occur, part in clauses
            )
        case tree.Everything():
            return "*:*"
        case tree.Nothing():
            return ""
        case tree.Term(field, text) | tree.Pattern(field, text):
            return text if field == "text" else f"{field}:{text}"
        case tree.Phrase(field, text, slop):
            end = f"~{slop}" if slop else ""
            return f'"{text}"{end}' if field == "text" else f'{field}:"{text}"{end}'
        case tree.Present(field):
            return f"{field}:*"
        case tree.Similar(field, text, edits):
            return f"{text}~{edits}"
        case tree.Range(field, low, high, with_low, with_high):
            return (
                f"{field}:{'[' if with_low else '{'}{low or '*'} TO {high or '*'}"
                f"{']' if with_high else '}'}"
            )
    raise AssertionError(node)


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("+a b OR c +d", "+a b c +d"),
        ("a b", "+a +b"),
        ("a OR b", "a b"),
        ("a OR b AND c", "a +b +c"),
        ("a AND b OR c", "+a b c"),
        ("a b OR c", "+a b c"),
        ("-a OR b", "-a b"),
        ("a OR NOT b", "a -b"),
        ("+a OR +b", "a b"),
        ("a && !b || c", "+a -b c"),
        ("NOT a", "+*:* -a"),
        ("-a -b", "+*:* -a -b"),
        ("(a OR b) c", "+(a b) +c"),
        ("name:(a OR b)", "name:a name:b"),
        ("((a))", "a"),
    ],
)
def test_clauses_stand_side_by_side(query: str, meaning: str, fields: Schema):
    """With AND as default operator, as CKAN asks; after Solr's addClause."""
    assert written(lucene.parse(query, fields, default="AND")) == meaning


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ('name:"x" OR id:"x"', 'name:"x" id:"x"'),
        ("+a b -c", "+a b -c"),
        ("a b AND c", "a +b +c"),
        (
            '+entity_type:package AND +(id:"x" OR name:"x") AND +site_id:"s"',
            '+entity_type:package +(id:"x" name:"x") +site_id:"s"',
        ),
    ],
)
def test_without_an_operator_clauses_are_optional(
    query: str, meaning: str, fields: Schema
):
    """As for deletions, which Solr reads with OR as default operator."""
    assert written(lucene.parse(query, fields)) == meaning


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("+capacity:public +state:(active OR draft)",
         "+capacity:public +(state:active state:draft)"),
        ('tags: "đất đai"', 'tags:"đất đai"'),
        ('a:"1"b:"2"', '+a:"1" +b:"2"'),
        ('+res_format:"pdf" OR +res_format:"PDF"', 'res_format:"pdf" res_format:"PDF"'),
        ("-dataset_type:harvest", "+*:* -dataset_type:harvest"),
        ("metadata_modified:[2026-01-01T00:00:00Z TO *]",
         "metadata_modified:[2026-01-01T00:00:00Z TO *]"),
        ("metadata_modified:{NOW-1DAY TO NOW]", "metadata_modified:{NOW-1DAY TO NOW]"),
        ("[-5 TO 5]", "text:[-5 TO 5]"),
        ("notes:[* TO *]", "notes:*"),
        ("*:*", "*:*"),
        ("organization:*", "organization:*"),
        ("name:so-*", "name:so-*"),
        ('title:"giao duc"~3^2', 'title:"giao duc"~3'),
        ("title:thuy^2.5", "title:thuy"),
        ("title:thuy^=2", "title:thuy"),
        ("thuy~", "thuy~2"),
        ("thuy~1", "thuy~1"),
        (r"title:Pop\!", "title:Pop!"),
        (r'title:"a \"b\""', 'title:"a "b""'),
        (r"\u0111at", "đat"),
        ("filter(a) b", "+a +b"),
        ("a - b", "+a +b"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_forms_that_ckan_sends_are_read(query: str, meaning: str, fields: Schema):
    assert written(lucene.parse(query, fields, default="AND")) == meaning


@pytest.mark.parametrize(
    "query",
    [
        '"open', "(a", "a)", "a AND", "OR a", "a AND AND b", "title:", "[a TO b",
        "[a b]", "a^", "+-a", "/regex/", "http://x", "{!bool must=a}", "a\\", "()",
        "_query_:a", "_val_:a", "đề:a", "((((" * 20 + "a" + "))))" * 20,
        " ".join(["a"] * 2000),
    ],
)  # fmt: skip
def test_what_solr_refuses_is_an_error_of_solr(query: str, fields: Schema):
    with pytest.raises(SolrError):
        lucene.parse(query, fields, default="AND")
