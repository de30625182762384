"""The whole table is published; the part that came stays as evidence."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from ckan.tests import factories
from ckanext.sonla.approval.history import versions as history
from ckanext.sonla.approval.storage import store
from tests.factories import approval as make

from .drafting import Draft, counts, told

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def test_the_public_file_is_the_whole_table_and_the_part_stays_as_evidence(draft):
    before = make.show(draft.revision["dataset_id"])["resources"][0]
    draft.set("key")
    part = draft.put("2026-08,A,30\n", "phan-thang-8.csv")["sha256"]
    published = draft.publish()
    resource = make.act(None, "package_show", id=draft.revision["dataset_id"])[
        "resources"
    ][0]
    with store.reading(resource["sha256"]) as file:
        whole = file.read().decode()
    assert whole == (
        "thang,huyen,so\n2026-07,A,1\n2026-07,B,2\n2026-08,A,30\n2026-08,B,4\n"
        "2026-09,A,5\n"
    )
    assert resource["url"] == before["url"], "its address stays"
    assert int(resource["size"]) == len(whole)
    assert told(None, resource["id"])[2] == ("2026-08", "A", 30)
    content = model.Session.scalar(
        sa.text("SELECT content FROM sonla_revision WHERE id = :id"),
        {"id": published["id"]},
    )
    frozen = content["resources"][0]
    assert frozen["file"]["sha256"] == frozen["table"]["sha256"] == resource["sha256"]
    shown = make.act(draft.office.leader, "sonla_revision_show", id=published["id"])[
        "resources"
    ][0]
    assert shown["part"] == {"sha256": part, "name": "phan-thang-8.csv"}
    versions = history.versions(draft.revision["dataset_id"])
    assert {part, resource["sha256"]} <= history.kept_addresses(versions)


def test_the_next_update_inherits_the_whole_and_changes_it_again(office, first, draft):
    draft.set("key")
    draft.put("2026-08,A,30\n")
    draft.publish()
    again = Draft(office, first)
    assert again.load()["state"] == "done"
    again.set("add")
    assert again.load()["state"] == "done", "nothing of the public file is loaded"
    assert again.rows()[2] == ("2026-08", "A", 30)
    assert counts(again.put("2026-10,A,6\n")) == (1, 0, 0)
    again.publish()
    assert len(told(None, again.public)) == 6


def test_a_returned_update_is_as_the_officer_left_it(draft):
    draft.set("key")
    part = draft.put("2026-08,A,30\n")["sha256"]
    make.submit(draft.office, draft.revision)
    make.act(
        draft.office.leader,
        "sonla_revision_return",
        id=draft.revision["id"],
        comment="Xem lại",
    )
    resource = make.show(draft.revision["package_id"])["resources"][0]
    assert (resource["sha256"], resource["url"].rsplit("/", 1)[-1]) == (
        part,
        "phan.csv",
    )
    draft.put("2026-08,A,31\n")
    draft.publish()
    assert told(None, draft.public)[2] == ("2026-08", "A", 31)


def test_how_a_table_is_updated_stands_still_once_submitted(draft):
    draft.set("key")
    draft.put("2026-08,A,30\n")
    make.submit(draft.office, draft.revision)
    assert "state" in draft.refused("replace")
    with pytest.raises(tk.NotAuthorized):
        model.Session.execute(
            sa.text("UPDATE sonla_revision_resource SET mode = 'add'")
        )
    model.Session.rollback()


def test_an_erasure_reaches_the_part_that_was_uploaded(draft):
    agency = factories.Organization(name=config["sonla.policy.operating_office"])
    operator = make.appoint(agency["id"], "operator")
    draft.set("key")
    part = draft.put("2026-08,A,30\n")["sha256"]
    published = draft.publish()
    make.act(
        operator,
        "sonla_revision_erase",
        id=published["id"],
        what=[{"resource": "Số liệu", "rows": {"thang": "2026-08", "huyen": "A"}}],
        decision={"number": "15/QĐ", "date": "2026-11-20", "text": "Xóa theo đơn"},
    )
    assert not store.exists(part)
    assert len(told(None, draft.public)) == 4
