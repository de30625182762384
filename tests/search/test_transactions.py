# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""The index is part of CKAN's own transaction."""

from __future__ import annotations

import multiprocessing
import os
from typing import Any

import pytest
import sqlalchemy as sa

from ckan import model
from ckan.lib import search
from ckan.tests import factories, helpers
from ckanext.sonla.search import tables

from .conftest import dataset, found, found_by_all, in_another_session

pytestmark = [
    pytest.mark.ckan_config("ckan.plugins", "sonla_search"),
    pytest.mark.ckan_config("ckan.auth.create_unowned_dataset", True),
    pytest.mark.usefixtures("index"),
]

ENTRIES = sa.select(sa.func.count()).select_from(tables.document)


def test_creating_changing_and_deleting_is_found_at_once():
    made = dataset("Lúa nương")
    assert found("lua nuong") == ["Lúa nương"]
    helpers.call_action("package_patch", id=made["id"], title="Ngô lai")
    assert found("lua") == []
    assert found("ngo") == ["Ngô lai"]
    helpers.call_action("package_delete", id=made["id"])
    assert found("ngo") == []
    assert in_another_session(ENTRIES) == 0


def _index(made: dict[str, Any], **values: Any) -> None:
    """Index a state of a dataset that isn't saved."""
    shown = helpers.call_action("package_show", id=made["id"]) | values
    search.index_for("Package").update_dict({**shown, "with_custom_schema": shown})


def test_a_rollback_undoes_the_dataset_and_its_entry():
    made = dataset("Trước")
    model.Session.get(model.Package, made["id"]).title = "Sau"
    model.Session.flush()
    _index(made, title="Sau")
    assert found("sau") != []
    assert in_another_session(sa.select(tables.document.c.title_string)) == "Trước"
    model.Session.rollback()
    assert found_by_all("sau") == []
    assert found("truoc") == ["Trước"]


def test_a_change_that_waits_to_be_flushed_counts_as_one():
    made = dataset("Trước")
    model.Session.commit()
    model.Session.get(model.Package, made["id"]).title = "Sau"
    _index(made, title="Sau")
    model.Session.rollback()
    assert found("truoc") == ["Trước"]


def test_a_deletion_is_undone_too():
    made = dataset("Còn")
    model.Session.get(model.Package, made["id"]).state = "deleted"
    search.index_for("Package").remove_dict({"id": made["id"]})
    assert found("con") == []
    model.Session.rollback()
    assert found("con") == ["Còn"]


def test_an_entry_after_the_last_commit_is_committed():
    """As `tag_delete`, `member_create` and saving a group write it."""
    made = dataset("Trước")
    model.Session.commit()
    _index(made, title="Sau")
    model.Session.rollback()
    assert in_another_session(sa.select(tables.document.c.title_string)) == "Sau"


def test_a_failed_entry_leaves_ckans_changes_alone():
    made = dataset("Trước")
    model.Session.get(model.Package, made["id"]).title = "Sau"
    connection = search.make_connection()
    with pytest.raises(Exception, match="Invalid Date"):
        connection.add(docs=[{"index_id": "x", "metadata_created": "hôm qua"}])
    with pytest.raises(Exception, match="refused"):
        connection.add(docs=[{"index_id": "x", "views_total": "1e999"}])
    model.Session.commit()
    assert model.Session.get(model.Package, made["id"]).title == "Sau"


def test_a_failed_search_leaves_ckans_changes_alone():
    made = dataset("Trước")
    model.Session.get(model.Package, made["id"]).title = "Sau"
    model.Session.flush()
    with pytest.raises(search.SearchError):
        search.query_for(model.Package).run(
            {"q": "*:*", "fq": "metadata_modified:[a TO b]"}
        )
    model.Session.commit()
    assert model.Session.get(model.Package, made["id"]).title == "Sau"


def _die_before_the_commit(dataset_id: str) -> None:
    """In a process of its own: change, index, and end without a word."""
    assert model.meta.engine is not None
    model.meta.engine.dispose(close=False)
    model.Session.remove()
    package = model.Session.get(model.Package, dataset_id)
    package.title = "Sau"
    model.Session.flush()
    _index({"id": dataset_id}, title="Sau")
    os._exit(9)


def test_a_crash_before_the_commit_leaves_no_drift():
    made = dataset("Trước")
    model.Session.commit()
    process = multiprocessing.get_context("fork").Process(
        target=_die_before_the_commit, args=(made["id"],)
    )
    process.start()
    process.join(30)
    assert process.exitcode == 9
    assert found("truoc") == ["Trước"]
    assert found("sau") == []


def test_membership_of_a_domain_is_found():
    """CKAN indexes after its commit here."""
    group = factories.Group(name="nong-nghiep")
    made = dataset("Chè")
    helpers.call_action(
        "member_create",
        id=group["id"],
        object=made["id"],
        object_type="package",
        capacity="public",
    )
    assert found("*:*", fq="groups:nong-nghiep") == ["Chè"]
    helpers.call_action(
        "member_delete", id=group["id"], object=made["id"], object_type="package"
    )
    assert found("*:*", fq="groups:nong-nghiep") == []


def test_a_deleted_tag_is_forgotten():
    made = dataset("Chè", tags=[{"name": "cay-che"}])
    tag = model.Tag.get("cay-che")
    assert tag is not None
    helpers.call_action("tag_delete", id=tag.id)
    model.Session.rollback()
    assert found("*:*", fq="tags:cay-che") == []
    assert found("*:*", fq=f"id:{made['id']}") == ["Chè"]


def test_purging_takes_the_entry_along():
    made = dataset("Chè")
    helpers.call_action("dataset_purge", id=made["id"])
    assert in_another_session(ENTRIES) == 0


def test_clearing_and_rebuilding_bring_every_dataset_back():
    dataset("Một")
    dataset("Hai")
    search.clear_all()
    assert found("*:*") == []
    search.rebuild(quiet=True)
    assert sorted(found("*:*")) == ["Hai", "Một"]
    search.rebuild(clear=True, defer_commit=True, quiet=True)
    model.Session.rollback()
    assert in_another_session(ENTRIES) == 2
