"""An update is drafted beside what the public sees, and takes its place at once."""

from __future__ import annotations

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

ROWS = [{"ma": "A", "so": 1}, {"ma": "B", "so": 2}]


@pytest.fixture
def office():
    return make.office()


@pytest.fixture
def first(office):
    """A published dataset whose one resource has a file and a table."""
    revision = make.draft(office)
    make.table(office, make.show(revision["package_id"])["resources"][0]["id"], ROWS)
    return make.approve(office, make.submit(office, revision))


def face(dataset_id: str):
    """What a stranger sees: the dataset, its file's address, its table."""
    package = make.act(None, "package_show", id=dataset_id)
    resources = [
        (
            resource["id"],
            resource.get("sha256"),
            make.rows(None, resource["id"]) if resource["datastore_active"] else None,
        )
        for resource in package["resources"]
    ]
    return package["title"], package["name"], resources


def test_opening_an_update_changes_nothing_for_the_public(office, first):
    before = face(first["dataset_id"])
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    assert (update["kind"], update["state"]) == ("update", "draft")
    assert update["package_id"] != update["dataset_id"]
    assert face(first["dataset_id"]) == before
    with pytest.raises(tk.NotAuthorized):
        make.act(None, "package_show", id=update["package_id"])


def test_a_second_update_is_refused_and_the_open_one_named(office, first):
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    with pytest.raises(tk.ValidationError) as error:
        make.act(office.officer, "sonla_revision_open", dataset_id=first["dataset_id"])
    assert error.value.error_dict["revision"] == update["id"]


def test_the_draft_reads_the_inherited_table_and_its_first_write_copies(office, first):
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    resource = make.show(update["package_id"])["resources"][0]
    assert make.rows(office.leader, resource["id"]) == ROWS
    make.act(
        office.officer,
        "datastore_upsert",
        resource_id=resource["id"],
        records=[{"ma": "B", "so": 20}, {"ma": "C", "so": 3}],
        force=True,
    )
    assert len(make.rows(office.officer, resource["id"])) == 3
    public = make.act(None, "package_show", id=first["dataset_id"])["resources"][0]
    assert make.rows(None, public["id"]) == ROWS


def test_an_update_replaces_text_file_and_table_under_the_same_ids(office, first):
    _, old_name, [(old_id, old_file, _)] = face(first["dataset_id"])
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    make.act(office.officer, "package_patch", id=update["package_id"], title="Tên mới")
    resource = make.show(update["package_id"])["resources"][0]
    make.upload(office, update["package_id"], b"%PDF-1.4 moi", id=resource["id"])
    make.table(office, resource["id"], [{"ma": "Z", "so": 9}])
    make.approve(office, make.submit(office, update))
    title, name, [(id_, file, rows)] = face(first["dataset_id"])
    assert (title, name, id_) == ("Tên mới", old_name, old_id)
    assert file != old_file
    assert rows == [{"ma": "Z", "so": 9}]
    assert model.Package.get(update["package_id"]) is None
    states = make.act(None, "sonla_revision_list", dataset_id=first["dataset_id"])
    assert [one["state"] for one in states["results"]] == ["published", "superseded"]


def test_an_update_without_change_publishes_the_same_face(office, first):
    before = face(first["dataset_id"])
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    submitted = make.submit(office, update)
    make.approve(office, submitted)
    assert face(first["dataset_id"]) == before


def test_added_and_removed_resources_go_with_the_update(office, first):
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    old = make.show(update["package_id"])["resources"][0]
    added = make.upload(office, update["package_id"], b"%PDF-1.4 them")
    make.table(office, added["id"], ROWS)
    make.act(office.officer, "resource_delete", id=old["id"])
    make.approve(office, make.submit(office, update))
    public = make.act(None, "package_show", id=first["dataset_id"])["resources"]
    assert [resource["id"] for resource in public] == [added["id"]]
    assert make.rows(None, added["id"]) == ROWS


def test_discarding_an_update_leaves_the_public_face_and_no_package(office, first):
    before = face(first["dataset_id"])
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    make.act(office.officer, "sonla_revision_discard", id=update["id"])
    assert face(first["dataset_id"]) == before
    assert model.Package.get(update["package_id"]) is None
