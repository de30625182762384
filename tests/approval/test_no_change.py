# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
# pyright: reportGeneralTypeIssues=false
"""Nothing changed in a period: declared by the officer, approved by the leader."""

from __future__ import annotations

import pytest

from ckan import model
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

ROWS = [{"ma": "A", "so": 1}, {"ma": "B", "so": 2}]


@pytest.fixture
def office():
    return make.office()


@pytest.fixture
def first(office):
    """A dataset of a quarterly entry, published for the third quarter."""
    revision = make.draft(office, cycle="quarterly")
    make.table(office, make.show(revision["package_id"])["resources"][0]["id"], ROWS)
    submitted = make.submit(office, revision, data_period="2026-Q3")
    return make.approve(office, submitted)


def confirm(office, dataset_id, period="2026-Q4"):
    return make.act(
        office.officer,
        "sonla_no_change_confirm",
        dataset_id=dataset_id,
        data_period=period,
    )


def test_the_officer_declares_and_the_leader_has_it_before_her(office, first):
    declared = confirm(office, first["dataset_id"])
    assert (declared["kind"], declared["state"]) == ("no_change", "submitted")
    assert declared["data_period"] == "2026-Q4"
    assert declared["digest"] != first["digest"]
    assert make.show(first["dataset_id"])["id"] == first["dataset_id"]
    shown = make.act(None, "sonla_revision_show", id=first["id"])
    assert shown["state"] == "published"


def test_approved_it_is_the_new_state_of_the_same_content(office, first):
    resource = make.show(first["dataset_id"])["resources"][0]
    before = make.act(None, "package_show", id=first["dataset_id"])
    approved = make.approve(office, confirm(office, first["dataset_id"]))
    assert approved["state"] == "published"
    assert (
        make.act(None, "sonla_revision_show", id=first["id"])["state"] == "superseded"
    )
    assert make.act(None, "package_show", id=first["dataset_id"]) == before
    assert make.rows(None, resource["id"]) == ROWS


def test_its_digest_covers_the_published_content_and_the_new_period(office, first):
    from ckanext.sonla.approval import digest
    from ckanext.sonla.approval.model import Revision

    declared = confirm(office, first["dataset_id"])
    before = model.Session.get(Revision, first["id"]).content
    content = {**before, "kind": "no_change", "data_period": "2026-Q4"}
    assert declared["digest"] == digest.digest_of(content)


def test_the_period_is_of_the_cycle_and_after_the_published_one(office, first):
    once = make.published(office, cycle="once")
    for dataset, period in (
        (first, "2026-09"),
        (first, "2026-Q3"),
        (first, "2026-Q2"),
        (once, "2027"),
    ):
        refused = make.refusal(
            office.officer,
            "sonla_no_change_confirm",
            dataset_id=dataset["dataset_id"],
            data_period=period,
        )
        assert list(refused) == ["data_period"]


def test_it_is_refused_while_a_revision_is_open(office, first):
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    refused = make.refusal(
        office.officer,
        "sonla_no_change_confirm",
        dataset_id=first["dataset_id"],
        data_period="2026-Q4",
    )
    assert refused["revision"] == update["id"]


def test_nothing_can_be_declared_of_what_was_never_published(office):
    draft = make.draft(office, cycle="quarterly")
    make.act(office.officer, "sonla_revision_discard", id=draft["id"])
    draft = make.draft(office, cycle="quarterly")
    make.submit(office, draft, data_period="2026-Q3")
    make.act(office.officer, "sonla_revision_withdraw", id=draft["id"])
    refused = make.refusal(
        office.officer,
        "sonla_no_change_confirm",
        dataset_id=draft["dataset_id"],
        data_period="2026-Q4",
    )
    assert "dataset_id" in refused


def test_only_the_agencys_own_officer_declares(office, first):
    other = make.office()
    for user in (office.leader, other.officer, other.leader, None):
        asked = {"dataset_id": first["dataset_id"], "data_period": "2026-Q4"}
        assert make.refusal(user, "sonla_no_change_confirm", **asked) == "403"


def test_who_declares_cannot_approve_and_a_returned_one_goes_again(office, first):
    declared = confirm(office, first["dataset_id"])
    assert (
        make.refusal(
            office.officer,
            "sonla_revision_approve",
            id=declared["id"],
            digest=declared["digest"],
        )
        == "403"
    )
    returned = make.act(
        office.leader, "sonla_revision_return", id=declared["id"], comment="Sai quý"
    )
    assert (returned["state"], returned["digest"]) == ("returned", None)
    again = make.submit(office, returned, data_period="2027-Q1")
    assert make.approve(office, again)["data_period"] == "2027-Q1"
    rows = make.show(first["dataset_id"])["resources"][0]["id"]
    assert make.rows(None, rows) == ROWS


def test_a_discarded_declaration_leaves_the_dataset_alone(office, first):
    declared = confirm(office, first["dataset_id"])
    make.act(office.officer, "sonla_revision_withdraw", id=declared["id"])
    make.act(office.officer, "sonla_revision_discard", id=declared["id"])
    found = make.act(None, "package_show", id=first["dataset_id"])
    assert found["state"] == "active"
    assert make.rows(None, found["resources"][0]["id"]) == ROWS
    assert confirm(office, first["dataset_id"])["state"] == "submitted"


def test_an_update_after_it_starts_from_the_same_content(office, first):
    make.approve(office, confirm(office, first["dataset_id"]))
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    assert (update["kind"], update["data_period"]) == ("update", "2026-Q4")
    working = make.show(update["package_id"])["resources"][0]["id"]
    assert make.rows(office.officer, working) == ROWS
    published = make.approve(office, make.submit(office, update))
    assert published["state"] == "published"


def test_a_withdrawn_declaration_is_not_drafted_in(office, first):
    declared = confirm(office, first["dataset_id"])
    make.act(office.officer, "sonla_revision_withdraw", id=declared["id"])
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    assert update["kind"] == "update"
    assert update["package_id"] != first["dataset_id"]
