"""A change of the data is updated within 15 days of the change (article 8.4)."""

from __future__ import annotations

import pytest

from tests.factories import approval
from tests.factories import obligations as make
from tests.factories.approval import act

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def office():
    return make.office(agency_kind="department")


@pytest.fixture
def dataset(office):
    with make.at("2026-10-20 09:00"):
        entry = make.entry(office, "on_change")
        return approval.published(office, catalogue_entry=entry["code"])["dataset_id"]


def declare(user, dataset, date):
    return act(user, "sonla_change_declare", dataset_id=dataset, date=date)


def test_a_declared_change_is_met_by_what_was_submitted_after_it(office, dataset):
    with make.at("2026-11-08 09:00"):
        change = declare(office.officer, dataset, "2026-11-05")
        assert (change["due"], change["status"]) == ("2026-11-20", "due")
        again = declare(office.leader, dataset, "2026-11-05")
        assert again["id"] == change["id"]
        revision = act(office.officer, "sonla_revision_open", dataset_id=dataset)
        submitted = approval.submit(office, revision)
    with make.at("2026-11-09 09:00"):
        declare(office.officer, dataset, "2026-11-09")
        approval.approve(office, submitted)
        assert [(one["start"], one["status"]) for one in make.owed(office.leader)] == [
            ("2026-11-05", "on_time"),
            # It was submitted before this one.
            ("2026-11-09", "due"),
        ]


def test_a_change_is_neither_to_come_nor_answered_already(office, dataset):
    stranger = make.office().officer
    with make.at("2026-11-08 09:00"):
        refused = {
            date: approval.refusal(
                office.officer, "sonla_change_declare", dataset_id=dataset, date=date
            )
            for date in ("2026-11-09", "2026-10-19", "năm ngoái")
        }
        assert [set(one) for one in refused.values()] == [{"date"}] * 3
        assert approval.refusal(
            stranger, "sonla_change_declare", dataset_id=dataset, date="2026-11-05"
        ) == "403"  # fmt: skip


def test_nothing_changes_of_what_was_never_published(office):
    with make.at("2026-11-08 09:00"):
        drafted = approval.draft(office, cycle="on_change")
        refused = approval.refusal(
            office.officer,
            "sonla_change_declare",
            dataset_id=drafted["dataset_id"],
            date="2026-11-08",
        )
    assert set(refused) == {"dataset_id"}
