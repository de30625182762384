"""Table Schemas are held to the standard when they enter the catalogue."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from frictionless import Schema
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.sonla.catalogue import patterns, table_schema
from tests.factories.catalogue import STATIONS

GOOD_PATTERNS = (
    r"[A-Z]{2}[0-9]{3}",
    r"^H52(\.\d{1,3}){1,3}$",
    r"\d{9}|\d{12}",
    r"[^@\s]+@[^@\s]+\.[^@\s]+",
    r"(?:Xã|Phường) .+",
    r"[0-9]+(\.[0-9]+)?",
    r"\w+ \d+",
)
BAD_PATTERNS = (
    "(",
    "[a-",
    r"(a+)+$",
    r"(a*)*b",
    r"(a|a)*b",
    r"(a|ab)*c",
    r"(.*)*",
    r"(\w+\s?)*$",
    r"\d*\d*\d*x",
    r".*.*.*=",
    r"(a)\1",
    r"(?=a)b",
    r"(?<!a)b",
    r"(?i)abc",
    r"a{100000}",
    r"(a{1,50}){1,50}b",
    "x" * 501,
)


def _schema(**field: Any) -> dict[str, Any]:
    return {"fields": [{"name": "a", **field}]}


def test_patterns_that_compile_and_end_are_accepted() -> None:
    for pattern in GOOD_PATTERNS:
        assert patterns.fault(pattern) is None, pattern


def test_patterns_that_cannot_compile_or_explode_are_refused() -> None:
    for pattern in BAD_PATTERNS:
        assert patterns.fault(pattern) is not None, pattern


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.sampled_from(["a", "b", r"\d", r"\w", ".", "[ab]", "[^a]"]),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map("".join),
            st.tuples(inner, st.sampled_from(["*", "+", "?", "{2,}"])).map(
                lambda pair: f"(?:{pair[0]}){pair[1]}"
            ),
            st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        ),
        max_leaves=6,
    )
)
def test_an_accepted_pattern_is_quick_on_a_hostile_value(pattern: str) -> None:
    if patterns.fault(pattern) is not None:
        return
    compiled = re.compile(pattern)
    for value in ("a" * 60 + "!", "ab" * 30 + "!", "1a" * 30 + "!"):
        start = time.perf_counter()
        compiled.fullmatch(value)
        # One that unrolls takes hours: no clock's accident, however busy the machine.
        assert time.perf_counter() - start < 10, pattern


@pytest.mark.parametrize(
    "schema",
    [
        None,
        {},
        {"fields": {}},
        {"fields": [7]},
        {"fields": [{"name": ""}]},
        {"fields": [{"name": "_id"}]},
        {"fields": [{"name": "a"}, {"name": "A"}]},
        {"fields": [{"name": "đ" * 40}]},
        _schema(type="text"),
        _schema(type=["string"]),
        _schema(title=5),
        _schema(constraints=[]),
        _schema(constraints={"requred": True}),
        _schema(constraints={"required": "yes"}),
        _schema(constraints={"minLength": -1}),
        _schema(constraints={"minLength": 5, "maxLength": 4}),
        _schema(type="integer", constraints={"maxLength": 4}),
        _schema(type="integer", constraints={"minimum": "few"}),
        _schema(type="integer", constraints={"minimum": 5, "maximum": 4}),
        _schema(constraints={"minimum": 5}),
        _schema(constraints={"enum": []}),
        _schema(constraints={"pattern": "("}),
        _schema(type="integer", constraints={"pattern": "a"}),
        {**_schema(), "primaryKey": "b"},
        {**_schema(), "primaryKey": []},
        {**_schema(), "foreignKeys": [{"fields": "a"}]},
        {**_schema(), "missingValues": "x"},
        # Rules that no value could ever obey.
        _schema(type="integer", constraints={"enum": ["a"]}),
        _schema(type="date", constraints={"minimum": "hôm qua"}),
        _schema(type="date", format="%Q"),
        _schema(format="cccd"),
        _schema(type="number", decimalChar=",", groupChar=","),
        _schema(type="boolean", trueValues=["x"], falseValues=["x"]),
        _schema(type="integer", constraints={"minimum": "9", "maximum": 4}),
        _schema(constraints={"pattern": "(?:a{200}b{200}){9}"}),
        {**_schema(), "primaryKey": ["a", "a"]},
        {**_schema(), "uniqueKeys": ["b"]},
        {**_schema(), "foreignKeys": [{"fields": "a", "reference": {"fields": "a"}}]},
        {**_schema(), "foreignKeys": [{"fields": "a", "reference": {"fields": [1]}}]},
    ],
)
def test_a_wrong_schema_is_refused(schema: Any) -> None:
    assert list(table_schema.problems_of_schema(schema))


@pytest.mark.parametrize(
    "schema",
    [
        STATIONS,
        _schema(),
        _schema(type="number", constraints={"minimum": 0, "maximum": 1.5}),
        _schema(type="date", constraints={"minimum": "2020-01-01"}),
        _schema(constraints={"enum": ["x", "y"], "required": True, "maxLength": 9}),
        {**_schema(), "primaryKey": "a", "missingValues": ["", "-"]},
    ],
)
def test_what_is_accepted_is_the_standards(schema: Any) -> None:
    """As the reference implementation sees it."""
    assert not list(table_schema.problems_of_schema(schema))
    assert Schema.metadata_validate(schema) is not None
    Schema.from_descriptor(schema)


def _table(name: str, *keys: tuple[str, str]) -> dict[str, Any]:
    foreign = [
        {"fields": "a", "reference": {"resource": table, "fields": field}}
        for table, field in keys
    ]
    schema = {"fields": [{"name": "a"}, {"name": "b"}], "foreignKeys": foreign}
    return {"name": name, "title": name, "schema": schema}


def test_keys_between_an_entrys_tables_lead_somewhere_and_not_round() -> None:
    good = [_table("x", ("y", "a")), _table("y", ("", "b"))]
    assert not list(table_schema.problems_of_tables(good))
    for bad in (
        [_table("x", ("z", "a"))],
        [_table("x", ("y", "c")), _table("y")],
        [_table("x", ("y", "a")), _table("y", ("x", "a"))],
        [_table("x", ("y", "a")), _table("y", ("z", "a")), _table("z", ("x", "a"))],
    ):
        assert list(table_schema.problems_of_tables(bad))
