"""On time is what the leader approved before the due date ended (article 8.4)."""

from __future__ import annotations

import pytest

from ckan import model
from ckanext.sonla.obligations import following
from ckanext.sonla.obligations.model import Delivery
from tests.factories import approval
from tests.factories import obligations as make
from tests.factories.approval import act

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def office():
    return make.office(agency_kind="department")


@pytest.fixture
def entry(office):
    with make.at("2026-05-20 09:00"):
        return make.entry(office)


def submitted(office, entry, period, **values):
    """Draft and submit the first publication for a period."""
    drafted = approval.draft(office, catalogue_entry=entry["code"])
    return approval.submit(office, drafted, data_period=period, **values)


def updated(office, dataset_id, period):
    """Draft and submit an update for a period."""
    revision = act(office.officer, "sonla_revision_open", dataset_id=dataset_id)
    note = {"public_note": "Đính chính số liệu."}
    return approval.submit(office, revision, data_period=period, **note)


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2026-10-16 23:59:59.999", "on_time"),
        ("2026-10-17 00:00:00", "late"),
    ],
)
def test_the_last_second_of_the_due_date_is_on_time_and_midnight_is_late(
    office, entry, moment, status
):
    with make.at("2026-10-16 15:00"):
        make.run()
        revision = submitted(office, entry, "2026-Q3")
    with make.at(moment, tick=False):
        approval.approve(office, revision)
        assert make.standing(office.officer, period="2026-Q3") == [("2026-Q3", status)]


def test_submitting_in_time_is_not_enough_and_both_parts_of_the_time_are_told(
    office, entry
):
    with make.at("2026-10-02 00:00"):
        make.run()
    with make.at("2026-10-11 00:00"):
        revision = submitted(office, entry, "2026-Q3")
        make.run()
        [one] = make.owed(office.officer, period="2026-Q3")
        assert one["submitted_at"].startswith("2026-10-10T17:00:0")
    with make.at("2026-10-14 00:00"):
        revision = act(
            office.leader, "sonla_revision_return", id=revision["id"], comment="Thiếu."
        )
        make.run()
        [one] = make.owed(office.officer, period="2026-Q3")
        assert one["submitted_at"] is None
    with make.at("2026-10-16 00:00"):
        revision = approval.submit(office, revision)
    with make.at("2026-10-20 00:00"):
        approval.approve(office, revision)
        [one] = make.owed(office.officer, period="2026-Q3")
    assert one["status"] == "late"
    # 1 to 11 and 14 to 16 October; 11 to 14 and 16 to 20 October.
    assert (one["officer_days"], one["leader_days"]) == (12.0, 7.0)


def test_nothing_changed_is_an_answer_in_time(office, entry):
    with make.at("2026-10-05 09:00"):
        make.run()
        published = approval.approve(office, submitted(office, entry, "2026-Q3"))
    with make.at("2027-01-06 09:00"):
        make.run()
        declared = act(
            office.officer,
            "sonla_no_change_confirm",
            dataset_id=published["dataset_id"],
            data_period="2026-Q4",
        )
        approval.approve(office, declared)
        assert make.standing(office.leader)[:2] == [
            ("2026-Q3", "on_time"),
            ("2026-Q4", "on_time"),
        ]


def test_a_correction_of_a_past_period_meets_no_current_one(office, entry):
    with make.at("2026-10-05 09:00"):
        make.run()
        first = approval.approve(office, submitted(office, entry, "2026-Q3"))
        [before] = make.owed(office.officer, status="on_time")
    with make.at("2027-01-06 09:00"):
        make.run()
        approval.approve(office, updated(office, first["dataset_id"], "2026-Q3"))
        assert make.standing(office.officer, status="due") == [("2026-Q4", "due")]
        [after] = make.owed(office.officer, period="2026-Q3")
    assert (after["met_by"], after["met_at"]) == (before["met_by"], before["met_at"])


def test_the_approval_counts_not_the_time_of_publication(office, entry):
    with make.at("2026-10-05 09:00"):
        make.run()
        approval.approve(
            office,
            submitted(office, entry, "2026-Q3", publish_at="2026-11-05T00:00:00Z"),
        )
        assert make.standing(office.officer, period="2026-Q3") == [
            ("2026-Q3", "on_time")
        ]


def test_an_approval_that_is_taken_back_before_its_time_meets_nothing(office, entry):
    with make.at("2026-10-05 09:00"):
        make.run()
        revision = approval.approve(
            office,
            submitted(office, entry, "2026-Q3", publish_at="2026-11-05T00:00:00Z"),
        )
        act(office.officer, "sonla_revision_withdraw", id=revision["id"])
        make.run()
        [one] = make.owed(office.officer, period="2026-Q3")
    assert (one["status"], one["met_at"]) == ("due", None)


def test_what_was_approved_before_the_tick_made_it_counts(office, entry):
    with make.at("2026-10-05 09:00"):
        approval.approve(office, submitted(office, entry, "2026-Q3"))
        assert make.owed() == []
        make.run()
        assert make.standing(office.officer)[0] == ("2026-Q3", "on_time")


def test_the_first_publication_meets_the_day_to_publish_by(office):
    with make.at("2026-05-20 09:00"):
        entry = make.entry(office, "once", publish_by="2026-11-20")
        make.run()
        approval.approve(office, approval.submit(
            office, approval.draft(office, catalogue_entry=entry["code"])
        ))  # fmt: skip
        [one] = make.owed(office.officer)
    assert one["status"] == "on_time"


def test_what_was_published_before_needs_no_day_to_publish_by(office):
    with make.at("2026-05-20 09:00"):
        entry = make.entry(office, "once")
        approval.published(office, catalogue_entry=entry["code"])
    with make.at("2026-06-20 09:00"):
        from tests.obligations.test_making import amended

        make.run()
        amended(office, entry, publish_by="2026-12-31")
        make.run()
        assert make.owed() == []


def test_an_approval_whose_signal_nobody_heard_is_settled_by_the_tick(
    office, entry, monkeypatch
):
    with make.at("2026-10-05 09:00"):
        make.run()
        revision = submitted(office, entry, "2026-Q3")
        make.run()

        def deaf() -> int:
            raise RuntimeError("the process died here")

        monkeypatch.setattr(following, "follow", deaf)
        approval.approve(office, revision)
        assert make.standing(office.officer, status="due") == [("2026-Q3", "due")]
        monkeypatch.undo()
        make.run("obligations.follow")
        [one] = make.owed(office.officer, status="on_time")
        assert one["met_by"] == revision["id"]


def test_following_the_log_again_from_its_beginning_changes_nothing(office, entry):
    with make.at("2026-10-05 09:00"):
        make.run()
        first = approval.approve(office, submitted(office, entry, "2026-Q3"))
        updated(office, first["dataset_id"], "2026-Q4")
        make.run()
        before = make.everything()
        model.Session.query(Delivery).delete()
        following.progress(following.FOLLOWED).value = ""
        model.Session.commit()
        make.run()
        assert make.everything() == before
