"""A column of values is written as each of them would be."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.sonla.intake.cells import CellWriter
from ckanext.sonla.shared.row_intake import BadCell, Numbers

FIELDS: list[dict[str, Any]] = [
    {"name": "a", "type": "string"},
    {"name": "a", "type": "integer"},
    {"name": "a", "type": "number", "decimalChar": ","},
    {"name": "a", "type": "number"},
    {"name": "a", "type": "year"},
    {"name": "a", "type": "date"},
    {"name": "a", "type": "date", "format": "%d/%m/%Y"},
    {"name": "a", "type": "datetime", "format": "%d/%m/%Y %H:%M"},
    {"name": "a", "type": "boolean", "trueValues": ["Có"], "falseValues": ["Không"]},
]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(allow_nan=False),
    st.dates(),
    st.text(max_size=12),
    st.sampled_from(["  ", "2026-09-30", "2026-13-30", "0000-01-01", "\x00", "\ud800"]),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)


def cells(field: dict[str, Any], values: Any) -> tuple[list[str], dict[int, BadCell]]:
    bad: dict[int, BadCell] = {}
    return CellWriter(field, 10)(values, bad), bad


@given(st.sampled_from(FIELDS), st.lists(VALUES, max_size=6))
def test_a_column_is_its_values_one_by_one(field: dict[str, Any], values: list[Any]):
    together, bad = cells(field, values)
    assert len(together) == len(values)
    for at, value in enumerate(values):
        alone, wrong = cells(field, [value])
        assert alone == [together[at]]
        assert {one.rule for one in wrong.values()} == (
            {bad[at].rule} if at in bad else set()
        )


@given(
    st.sampled_from(FIELDS[:5]),
    st.lists(st.one_of(st.none(), st.decimals(allow_nan=False, places=2))),
)
def test_texts_of_numbers_are_written_as_numbers(field: Any, values: list[Any]):
    texts = Numbers("" if one is None else f"{one:f}" for one in values)
    plain = [one if one is None else Decimal(f"{one:f}") for one in values]
    if field["type"] == "year":
        plain = list(texts)
    assert CellWriter(field, 400)(texts, {}) == CellWriter(field, 400)(plain, {})


@pytest.mark.parametrize(
    ("field", "value", "cell"),
    [
        (FIELDS[6], "2026-09-30", "30/09/2026"),
        (FIELDS[6], dt.date(2026, 9, 30), "30/09/2026"),
        (FIELDS[6], "30/09/2026", "30/09/2026"),
        (FIELDS[6], "20260930", "20260930"),
        (FIELDS[6], "0000-01-01", "0000-01-01"),
        ({"type": "date", "format": "%Y-%d-%m"}, "2026-09-10", "2026-09-10"),
        (FIELDS[5], "2026-09-30", "2026-09-30"),
        (FIELDS[8], True, "Có"),
        (FIELDS[1], Decimal("12.00"), "12"),
        (FIELDS[1], Decimal("1E+3"), "1000"),
        (FIELDS[2], Decimal("12.50"), "12,50"),
        (FIELDS[1], "  ", ""),
        (FIELDS[0], "  ", "  "),
    ],
)
def test_a_systems_value_is_written_as_the_field_is(field: Any, value: Any, cell: str):
    assert cells({"name": "a", **field}, [value])[0] == [cell]


def test_what_no_cell_can_hold_is_told_by_its_place():
    written, bad = cells(FIELDS[0], ["a", "x" * 11, None, "a\x00", "\ud800"])
    assert written == ["a", "", "", "", ""]
    assert {at: one.rule for at, one in bad.items()} == {
        1: "cell_length",
        3: "encoding",
        4: "encoding",
    }
