"""What each way of updating does to the rows that are there."""

from __future__ import annotations

import pytest

from ckanext.sonla.intake import loads
from tests.factories import approval as make

from .drafting import SET, WHOLE, counts, put

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


BEFORE = [
    ("2026-07", "A", 1),
    ("2026-07", "B", 2),
    ("2026-08", "A", 3),
    ("2026-08", "B", 4),
    ("2026-09", "A", 5),
]


def test_a_file_replaces_all_unless_something_else_is_said(draft):
    load = draft.put("2026-09,A,5\n2026-10,A,6\n")
    assert (load["changes"]["mode"], counts(load)) == ("replace", (1, 0, 4))
    assert draft.rows() == [("2026-09", "A", 5), ("2026-10", "A", 6)]


def test_one_period_is_replaced_and_the_others_stay(draft):
    draft.set("period", period="2026-08")
    load = draft.put("2026-08,B,40\n2026-08,C,9\n")
    assert (load["state"], counts(load)) == ("done", (1, 1, 1))
    assert draft.rows() == [
        ("2026-07", "A", 1),
        ("2026-07", "B", 2),
        ("2026-08", "B", 40),
        ("2026-09", "A", 5),
        ("2026-08", "C", 9),
    ]


def test_a_quarter_is_replaced_by_its_months(draft):
    draft.set("period", period="2026-Q3")
    assert counts(draft.put("2026-07,A,1\n")) == (0, 0, 4)
    assert draft.rows() == [("2026-07", "A", 1)]


def test_rows_outside_the_period_are_refused_by_row_column_and_value(draft):
    draft.set("period", period="2026-08")
    load = draft.put("2026-08,B,40\n2026-09,B,1\n")
    assert load["state"] == "failed"
    assert [
        (one["rule"], one["row"], one["column"], one["value"])
        for one in load["findings"]
    ] == [("update.period", 3, "thang", "2026-09")]
    assert "2026-08" in load["findings"][0]["sentence"]


def test_added_rows_come_to_the_others_and_a_known_key_is_refused(draft):
    draft.set("add")
    load = draft.put("2026-10,A,6\n2026-08,B,4\n")
    assert load["state"] == "failed"
    assert [
        (one["rule"], one["row"], one["column"], one["value"])
        for one in load["findings"]
    ] == [("unique", 3, "thang, huyen", "2026-08 | B")]
    load = draft.put("2026-10,A,6\n")
    assert (load["state"], counts(load)) == ("done", (1, 0, 0))
    assert draft.rows() == [*BEFORE, ("2026-10", "A", 6)]


def test_an_update_by_key_changes_known_rows_and_adds_others(draft):
    draft.set("key")
    load = draft.put("2026-08,A,30\n2026-10,A,6\n2026-07,A,1\n")
    assert counts(load) == (1, 1, 0)
    assert draft.rows() == [
        *BEFORE[:2],
        ("2026-08", "A", 30),
        *BEFORE[3:],
        ("2026-10", "A", 6),
    ]


def test_a_part_obeys_the_table_schema_too(draft):
    draft.set("key")
    load = draft.put("2026-08,A,-1\n2026-8,B,1\n2026-09,A,1\n2026-09,A,2\n")
    assert {(one["rule"], one["row"]) for one in load["findings"]} == {
        ("minimum", 2),
        ("type", 3),
        ("unique", 5),
    }


def test_the_same_file_in_another_mode_starts_from_the_public_table_again(draft):
    draft.set("add")
    draft.put("2026-10,A,6\n")
    draft.set("replace")
    assert draft.load()["state"] == "waiting"
    loads.run(draft.id)
    assert draft.rows() == [("2026-10", "A", 6)]
    draft.set("key")
    loads.run(draft.id)
    assert draft.rows() == [*BEFORE, ("2026-10", "A", 6)]


def test_a_new_resource_replaces_nothing(draft):
    added = put(draft.office, draft.revision["package_id"], WHOLE, "hai.csv")
    refused = make.refusal(
        draft.office.officer,
        SET,
        **{**draft.asked("key"), "resource_id": added["id"]},
    )
    assert list(refused) == ["mode"]
