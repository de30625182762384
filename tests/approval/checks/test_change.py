"""What became less, large, or was converted."""

from __future__ import annotations

import pytest

from tests.factories import approval as make

from .finding import findings, found, table_of, upload

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def updated(before: str, after: str, rule: str) -> list[dict]:
    """Return what is found when a published table is replaced."""
    office = make.office()
    revision = make.draft(office, file=None)
    upload(office, revision["package_id"], before)
    published = make.approve(office, make.submit(office, revision))
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=published["dataset_id"]
    )
    resource = make.show(update["package_id"])["resources"][0]["id"]
    upload(office, update["package_id"], after, id=resource)
    return findings(office, update, rule)


def rows(count: int, note: str = "x") -> str:
    return table_of("ma,ghi_chu", *(f"{n},{note}" for n in range(count)))


@pytest.mark.parametrize(("after", "asks"), [(80, True), (81, False), (120, False)])
def test_a_fifth_of_the_rows_less_needs_a_reason(after, asks):
    told = updated(rows(100), rows(after), "rows.fewer")
    assert [one["severity"] for one in told] == ["needs_reason"] * asks


def test_a_column_that_became_empty_needs_a_reason():
    (finding,) = updated(rows(9), rows(9, ""), "column.")
    assert (finding["rule"], finding["column"]) == ("column.emptied", "ghi_chu")


def test_a_published_file_that_is_gone_needs_a_reason():
    office = make.office()
    published = make.published(office)
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=published["dataset_id"]
    )
    resource = make.show(update["package_id"])["resources"][0]["id"]
    make.act(office.officer, "resource_delete", id=resource)
    assert [one["rule"] for one in findings(office, update, "file.gone")] == [
        "file.gone"
    ]


def test_a_large_file_is_remarked(ckan_config, monkeypatch):
    monkeypatch.setitem(ckan_config, "sonla.policy.large_file_megabytes", 0)
    office = make.office()
    (finding,) = findings(office, make.draft(office, file=b"x" * 2000), "file.large")
    assert finding["severity"] == "informs"


@pytest.mark.parametrize("encoding", ["cp1258", "utf-16"])
def test_a_converted_file_is_remarked(encoding):
    office = make.office()
    revision = make.draft(office, file=None)
    text = table_of("ma,ten", "1,Ba`n").replace("Ba`n", "B" + "a\u0300" + "n")
    upload(office, revision["package_id"], text.encode(encoding))
    told = findings(office, revision, "encoding")
    (finding,) = [one for one in told if one["rule"] == "encoding"]
    assert finding["severity"] == "informs"
    assert encoding.upper() in finding["sentence"]


def test_letters_whose_marks_stood_apart_are_remarked():
    (finding,) = found(table_of("ma,ten", "1,Ba\u0300n"), "encoding")
    assert finding["rule"] == "encoding.composed"
