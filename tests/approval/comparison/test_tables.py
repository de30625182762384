"""Rows, columns and fields are compared."""

from __future__ import annotations

import pytest

from ckan import model
from ckanext.sonla.approval.comparison import (
    dictionary,
    rows,
    tabling,
)
from tests.factories import approval as make

from .updating import change_rows, diff, working

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def test_fields_are_told_in_words(office, update):
    make.act(
        office.officer,
        "package_patch",
        id=update["package_id"],
        title="Trường tiểu học công lập",
        temporal_coverage=[{"start": "2026-09-01", "end": "2027-05-31"}],
    )
    told = {one["field"]: one for one in diff(office, update)["dataset"]}
    assert told["title"]["label"] == "Title"
    assert told["title"]["after_text"] == "Trường tiểu học công lập"
    assert told["temporal_coverage"]["after_text"] == (
        "Start: 01/09/2026; End: 31/05/2027"
    )


def test_rows_are_filtered_by_change_and_by_column_and_paged(office, update):
    resource = change_rows(office, update)

    def keys(**asked):
        found = diff(office, update, resource_id=resource, **asked)["rows"]
        return found["count"], [row["key"]["ma"] for row in found["results"]]

    assert keys() == (3, ["A", "B", "D"])
    assert keys(change="added") == (1, ["D"])
    assert keys(column="so") == (1, ["B"])
    assert keys(limit=1, offset=1) == (3, ["B"])
    assert "change" in make.refusal(
        office.leader, "sonla_revision_diff", id=update["id"], change="burnt"
    )


def test_columns_are_summed_up_before_and_after(office, update):
    change_rows(office, update)
    table = diff(office, update)["resources"][0]["table"]
    [so] = table["summary"]
    assert so == {
        "column": "so",
        "changed": 1,
        "before": {"sum": 6, "min": 1, "max": 3},
        "after": {"sum": 27, "min": 3, "max": 20},
    }


def test_an_inherited_table_is_not_compared_at_all(office, update, monkeypatch):
    monkeypatch.setattr(tabling, "compare", None)
    table = diff(office, update)["resources"][0]["table"]
    assert (table["rows_after"], table["changed"]) == (3, False)


def test_without_a_key_rows_only_come_and_go_and_columns_have_figures(office, update):
    resource = working(update)
    make.act(office.officer, "datastore_delete", resource_id=resource, force=True)
    make.act(
        office.officer,
        "datastore_create",
        resource_id=resource,
        fields=[{"id": "ma", "type": "text"}, {"id": "so", "type": "int"}],
        records=[{"ma": "A", "so": 1}, {"ma": "B", "so": 5}, {"ma": "C", "so": 3}],
        force=True,
    )
    table = diff(office, update)["resources"][0]["table"]
    assert table["key"] == []
    assert table["counts"] == {"added": 1, "removed": 1, "changed": 0}
    so = next(one for one in table["summary"] if one["column"] == "so")
    assert so["after"] == {"filled": 3, "sum": 9, "min": 1, "max": 5}
    assert so["changed"] is None


def test_a_large_table_without_a_key_has_figures_only(office, update, monkeypatch):
    monkeypatch.setattr(rows, "LARGEST_WITHOUT_KEY", 2)
    resource = working(update)
    make.act(office.officer, "datastore_delete", resource_id=resource, force=True)
    make.act(
        office.officer,
        "datastore_create",
        resource_id=resource,
        fields=[{"id": "ma", "type": "text"}],
        records=[{"ma": "A"}, {"ma": "B"}, {"ma": "C"}],
        force=True,
    )
    found = diff(office, update, resource_id=resource)
    table = found["resources"][0]["table"]
    assert (table["counts"], table["changed"], found["rows"]) == (None, True, None)
    assert table["summary"]


def test_more_rows_than_are_listed_are_counted_all_the_same(
    office, update, monkeypatch
):
    monkeypatch.setattr(rows, "MOST", 1)
    resource = change_rows(office, update)
    found = diff(office, update, resource_id=resource)
    assert found["rows"]["count"] == 3
    table = found["resources"][0]["table"]
    assert table["counts"] == {"added": 1, "removed": 1, "changed": 1}
    assert table["summary"][0]["changed"] == 1


def test_a_column_s_new_type_and_title_are_told_and_its_values_compared(office, update):
    resource = working(update)
    make.act(office.officer, "datastore_delete", resource_id=resource, force=True)
    make.act(
        office.officer,
        "datastore_create",
        resource_id=resource,
        fields=[
            {"id": "ma", "type": "text", "info": {"label": "Mã trường"}},
            {"id": "so", "type": "text"},
            {"id": "moi", "type": "date"},
        ],
        primary_key=["ma"],
        records=[{"ma": "A", "so": "1"}, {"ma": "B", "so": "2x"}],
        force=True,
    )
    resource = diff(office, update)["resources"][0]
    told = {one["column"]: one for one in resource["dictionary"]}
    assert told["moi"]["change"] == "added"
    assert [one["label"] for one in told["ma"]["fields"]] == ["Title"]
    assert told["so"]["fields"][0]["before_text"] == "whole number"
    assert resource["table"]["counts"] == {"added": 0, "removed": 1, "changed": 1}
    assert resource["table"]["columns"] == {"added": ["moi"], "removed": []}


def test_a_comparison_that_takes_too_long_says_so(office, update, monkeypatch):
    change_rows(office, update)
    monkeypatch.setattr(tabling, "_LIMIT", "1ms")
    monkeypatch.setattr(rows, "list_by_key", _slowly)
    table = diff(office, update)["resources"][0]["table"]
    assert (table["counts"], table["too_long"]) == (None, True)
    assert model.Session.is_active


def _slowly(cursor, *_):
    cursor.execute("SELECT pg_sleep(1)")


def test_a_data_dictionary_without_a_table_before_is_no_change():
    assert dictionary.changes(None, [{"id": "a", "type": "text"}]) == []
