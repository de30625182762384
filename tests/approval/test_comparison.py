"""The leader sees what an update changes: in words, by key, file by file."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from pypdf import PdfWriter

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import datastore
from ckanext.sonla.approval.comparison import (
    ahead,
    dictionary,
    documents,
    features,
    keeping,
    rows,
    tabling,
    wording,
)
from tests.factories import approval as make

base = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def office():
    return make.office()


@pytest.fixture
def update(office):
    """An open update of a dataset whose one resource has a table of three rows."""
    revision = make.draft(office, title="Trường tiểu học")
    resource = make.show(revision["package_id"])["resources"][0]["id"]
    make.table(
        office,
        resource,
        [{"ma": "A", "so": 1}, {"ma": "B", "so": 2}, {"ma": "C", "so": 3}],
    )
    dataset_id = make.approve(office, make.submit(office, revision))["dataset_id"]
    return make.act(office.officer, "sonla_revision_open", dataset_id=dataset_id)


def working(update) -> str:
    return make.show(update["package_id"])["resources"][0]["id"]


def change_rows(office, update) -> str:
    """Let the officer change B, take A away and add D."""
    resource = working(update)
    make.act(
        office.officer,
        "datastore_upsert",
        resource_id=resource,
        records=[{"ma": "B", "so": 20}, {"ma": "D", "so": 4}],
        force=True,
    )
    make.act(
        office.officer,
        "datastore_records_delete",
        resource_id=resource,
        filters={"ma": "A"},
        force=True,
    )
    return resource


def diff(office, update, **asked):
    return make.act(office.leader, "sonla_revision_diff", id=update["id"], **asked)


@base
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


@base
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


@base
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


@base
def test_a_submitted_revision_s_comparison_is_made_once_and_kept(office, update):
    resource = change_rows(office, update)
    revision = make.submit(office, update)
    before = diff(office, revision, resource_id=resource)
    with datastore.owning() as cursor:
        cursor.execute(
            "UPDATE sonla_compared.kept SET summary = summary || '{\"mark\": 1}'"
        )
    again = diff(office, revision, resource_id=resource)
    assert again["resources"][0]["table"].pop("mark") == 1
    assert again == before
    make.approve(office, revision)
    keeping.drop_ended()
    # What everybody may read of it afterwards: how much it changed, without the rows.
    past = make.act(None, "sonla_revision_diff", id=revision["id"])
    assert past["resources"][0]["table"]["counts"] == {
        "added": 1,
        "removed": 1,
        "changed": 1,
    }
    with datastore.owning() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'sonla_compared'"
        )
        assert cursor.fetchone() == (1,)
    with datastore.owning() as cursor:
        keeping.forget(cursor, [revision["id"]])
    assert keeping.summaries_of(revision["id"]) == {}


@base
def test_what_a_worker_compared_ahead_is_known_though_nobody_looked(office, update):
    change_rows(office, update)
    revision = make.submit(office, update)
    ahead.compare(revision["id"])
    make.approve(office, revision)
    ahead.compare(revision["id"])
    past = make.act(None, "sonla_revision_diff", id=revision["id"])
    assert past["resources"][0]["table"]["counts"] == {
        "added": 1,
        "removed": 1,
        "changed": 1,
    }


@base
def test_a_submit_asks_a_worker_to_compare(office, update):
    tk.get_action("job_clear")({"ignore_auth": True}, {})
    change_rows(office, update)
    revision = make.submit(office, update)
    jobs = tk.get_action("job_list")({"ignore_auth": True}, {})
    assert f"Compare {revision['id']}" in [job["title"] for job in jobs]


@base
def test_a_withdrawn_revision_leaves_no_comparison(office, update):
    change_rows(office, update)
    revision = make.submit(office, update)
    diff(office, revision)
    make.act(office.officer, "sonla_revision_withdraw", id=update["id"])
    keeping.drop_ended()
    assert keeping.summaries_of(update["id"]) == {}


@base
def test_nobody_else_reads_the_kept_rows(office, update):
    change_rows(office, update)
    diff(office, make.submit(office, update))
    with datastore.writing() as cursor:
        cursor.execute("SELECT has_schema_privilege('sonla_compared', 'USAGE')")
        assert cursor.fetchone() == (False,)


@base
def test_an_inherited_table_is_not_compared_at_all(office, update, monkeypatch):
    monkeypatch.setattr(tabling, "compare", None)
    table = diff(office, update)["resources"][0]["table"]
    assert (table["rows_after"], table["changed"]) == (3, False)


@base
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


@base
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


@base
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


@base
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


@base
def test_a_comparison_that_takes_too_long_says_so(office, update, monkeypatch):
    change_rows(office, update)
    monkeypatch.setattr(tabling, "_LIMIT", "1ms")
    monkeypatch.setattr(rows, "list_by_key", _slowly)
    table = diff(office, update)["resources"][0]["table"]
    assert (table["counts"], table["too_long"]) == (None, True)
    assert model.Session.is_active


def _slowly(cursor, *_):
    cursor.execute("SELECT pg_sleep(1)")


def test_a_text_is_compared_word_by_word():
    assert wording.parts("Báo cáo quý III, có sửa.", "Báo cáo quý IV, có sửa.") == [
        ("same", "Báo cáo quý "),
        ("gone", "III"),
        ("came", "IV"),
        ("same", ", có sửa."),
    ]
    assert wording.parts("", "mới") == [("came", "mới")]


def test_a_long_text_is_compared_by_lines_in_good_time():
    old = [f"dòng {number}" for number in range(20_000)]
    new = [*old[:10_000], "chen vào", *old[10_000:]]
    parts = wording.parts("\n".join(old), "\n".join(new))
    assert ("came", "chen vào\n") in parts


def test_a_data_dictionary_without_a_table_before_is_no_change():
    assert dictionary.changes(None, [{"id": "a", "type": "text"}]) == []


def _map(*named):
    return io.BytesIO(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": {"MA": name, "ten": title},
                        "geometry": {"type": "Point", "coordinates": [103.9, place]},
                    }
                    for name, title, place in named
                ],
            }
        ).encode()
    )


def test_maps_are_compared_feature_by_feature():
    found = features.compare(
        _map(("1", "Chợ", 21.1), ("2", "Bến xe", 21.2), ("3", "Ga", 21.3)),
        _map(("1", "Chợ", 21.1), ("2", "Bến xe mới", 21.2), ("4", "Bưu điện", 21.4)),
    )
    assert found is not None
    assert found["key"] == "ma"
    assert found["counts"] == {"added": 1, "removed": 1, "changed": 1}
    changed = next(one for one in found["results"] if one["change"] == "changed")
    assert (changed["columns"], changed["moved"]) == (["ten"], False)


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"features": 3}', b"\xff\xfe"])
def test_what_is_no_map_is_not_compared_as_one(content: bytes):
    assert features.compare(io.BytesIO(content), _map()) is None


def _packed(name: str, content: str) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr(name, content)
    stream.seek(0)
    return stream


def _docx(text: str) -> io.BytesIO:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return _packed(
        "word/document.xml",
        f'<w:document xmlns:w="{space}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p>'
        "</w:body></w:document>",
    )


def test_documents_are_compared_by_their_text():
    found = documents.compare(
        _docx("Số liệu quý III"), _docx("Số liệu quý IV"), ("DOCX", "DOCX")
    )
    assert found is not None
    assert ("came", "IV") in found["parts"]


def test_a_scan_or_a_damaged_document_says_it_has_no_text():
    empty = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(empty)
    for content, kind in (
        (empty.getvalue(), "PDF"),
        (b"%PDF-1.4 hong", "PDF"),
        (b"PK\x03\x04", "DOCX"),
        (_docx("x").getvalue().replace(b"word/", b"w0rd/"), "DOCX"),
        (_packed("content.xml", "<!DOCTYPE a []><a/>").getvalue(), "ODT"),
    ):
        with pytest.raises(documents.UnreadableError):
            documents.text_of(io.BytesIO(content), kind)
