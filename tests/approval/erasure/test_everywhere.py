"""It goes everywhere, and the rest stays."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ckan import model
from ckanext.sonla.approval.storage import store
from ckanext.sonla.intake.model import RejectedFile
from tests.factories import approval as make

from .erasing import FIELD, ROW, SECRET, erase, everything, named

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "no_list")


def test_nothing_of_it_is_left_anywhere(operator, second):
    assert named(everything())
    erased = erase(operator, second, ROW, FIELD)
    assert erased["found"]["rows"] == 1
    assert named(everything()) == []


def test_the_rest_of_what_is_public_stays(operator, second):
    before = make.act(None, "package_show", id=second["dataset_id"])
    resource = before["resources"][0]["id"]
    erase(operator, second, ROW, FIELD)
    after = make.act(None, "package_show", id=second["dataset_id"])
    assert (after["title"], after["notes"]) == (before["title"], before["notes"])
    assert not after.get("maintainer")
    assert [row["ma"] for row in make.rows(None, resource)] == ["B", "C"]
    info = make.act(None, "datastore_info", id=resource)
    assert info["meta"]["count"] == 2
    found = make.act(None, "datastore_search", resource_id=resource, q="Mật")
    assert found["records"] == []
    # The file that the rows came from goes; the table's own form takes its place.
    with store.reading(after["resources"][0]["sha256"]) as file:
        assert file.read().decode() == "ma,ten,so\nB,Công khai,2\nC,Mới,3\n"


def test_a_column_is_emptied_everywhere(operator, first, second):
    erase(operator, first, {"resource": 1, "columns": ["ten", "so"]})
    resource = make.show(second["dataset_id"])["resources"][0]["id"]
    assert {(row["ten"], row["so"]) for row in make.rows(None, resource)} == {
        (None, None)
    }


def test_a_file_goes_unless_another_dataset_names_it(office, operator):
    content = b"%PDF-1.4 Lo Thi Bi Mat"
    one = make.published(office, file=content)
    other = make.published(office, file=content)
    address = make.show(one["dataset_id"])["resources"][0]["sha256"]
    erase(operator, one, {"resource": "Ghi chú", "file": True})
    assert not make.show(one["dataset_id"])["resources"][0].get("sha256")
    assert store.exists(address)
    erase(operator, other, {"resource": "Ghi chú", "file": True})
    assert not store.exists(address)


def test_a_draft_does_not_bring_it_back(office, operator, second):
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=second["dataset_id"]
    )
    working = make.show(update["package_id"])["resources"][0]["id"]
    make.act(
        office.officer,
        "datastore_upsert",
        resource_id=working,
        records=[{"ma": "D", "ten": "Sau", "so": "4"}],
        force=True,
    )
    erase(operator, second, ROW, FIELD)
    assert named(everything()) == []
    assert [row["ma"] for row in make.rows(office.officer, working)] == ["B", "C", "D"]
    make.approve(office, make.submit(office, update))
    assert named(everything()) == []


def test_files_that_became_no_table_go_too(office, operator, second):
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=second["dataset_id"]
    )
    other = make.draft(office)
    for package_id in (update["package_id"], other["package_id"]):
        model.Session.add(
            RejectedFile(
                resource_id=package_id,
                package_id=package_id,
                name="loi.csv",
                kind="csv",
                sha256="0" * 64,
                findings=[{"row": 2, "value": SECRET}],
                finding_count=1,
            )
        )
    model.Session.commit()
    make.act(office.officer, "sonla_revision_discard", id=update["id"])
    erase(operator, second, ROW)
    kept = model.Session.scalars(sa.select(RejectedFile.package_id)).all()
    assert kept == [other["package_id"]]
