"""Article 8.3: the officer passes the data on, the leader approves, it is published."""

from __future__ import annotations

import pytest

import ckan.plugins.toolkit as tk
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def test_a_dataset_begins_private_with_its_first_revision():
    office = make.office()
    revision = make.draft(office, private=False)
    assert (revision["kind"], revision["state"]) == ("publication", "draft")
    assert revision["package_id"] == revision["dataset_id"]
    assert make.show(revision["dataset_id"])["private"] is True
    assert revision["editors"] == [office.officer]


def test_officer_and_leader_publish_a_dataset_together():
    office = make.office()
    revision = make.submit(office, make.draft(office))
    assert revision["state"] == "submitted"
    assert len(revision["digest"]) == 64
    revision = make.approve(office, revision)
    assert revision["state"] == "published"
    assert make.show(revision["dataset_id"])["private"] is False
    stranger = make.act(None, "package_show", id=revision["dataset_id"])
    assert stranger["id"] == revision["dataset_id"]


def test_nobody_makes_a_dataset_public_by_hand():
    office = make.office()
    revision = make.draft(office)
    with pytest.raises(tk.NotAuthorized, match="sonla_revision_submit"):
        make.act(
            office.officer, "package_patch", id=revision["package_id"], private=False
        )


def test_the_leader_approves_only_the_digest_that_was_submitted():
    office = make.office()
    revision = make.submit(office, make.draft(office))
    with pytest.raises(tk.ValidationError) as error:
        make.approve(office, {**revision, "digest": "0" * 64})
    assert "digest" in error.value.error_dict


def test_a_returned_revision_is_edited_and_submitted_again():
    office = make.office()
    revision = make.submit(office, make.draft(office))
    make.act(
        office.leader,
        "sonla_revision_return",
        id=revision["id"],
        comment="Bổ sung mô tả",
        points=["Ghi rõ nguồn"],
    )
    make.act(
        office.officer, "package_patch", id=revision["package_id"], notes="Nguồn: Sở"
    )
    again = make.submit(office, revision)
    assert again["digest"] != revision["digest"]
    (point,) = again["comments"][0]["points"]
    assert point["text"] == "Ghi rõ nguồn"
    assert make.approve(office, again)["state"] == "published"


def test_a_withdrawn_revision_can_be_edited_and_submitted_again():
    office = make.office()
    revision = make.submit(office, make.draft(office))
    withdrawn = make.act(office.officer, "sonla_revision_withdraw", id=revision["id"])
    assert (withdrawn["state"], withdrawn["digest"]) == ("withdrawn", None)
    assert make.submit(office, revision)["state"] == "submitted"


def test_strangers_see_offices_and_only_what_is_published():
    office = make.office()
    revision = make.draft(office)
    with pytest.raises(tk.NotAuthorized):
        make.act(None, "sonla_revision_show", id=revision["id"])
    assert make.act(None, "sonla_revision_list")["count"] == 0
    revision = make.approve(office, make.submit(office, revision))
    seen = make.act(None, "sonla_revision_show", id=revision["id"])
    assert seen["submitted_by"] == seen["decided_by"] == office.name
    assert seen["editors"] == [office.name]
    assert "note" not in seen


def test_discarding_the_first_revision_deletes_the_draft():
    office = make.office()
    revision = make.draft(office)
    gone = make.act(office.officer, "sonla_revision_discard", id=revision["id"])
    assert gone["state"] == "discarded"
    assert make.show(revision["package_id"])["state"] == "deleted"
