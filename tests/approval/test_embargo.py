"""An approved revision waits for its time (`publish_at`), and not longer."""

from __future__ import annotations

import datetime as dt

import pytest
from freezegun import freeze_time

from ckanext.sonla.approval.publishing import recovery
from ckanext.sonla.shared import clock
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def office():
    return make.office()


def submit(office, revision=None, after: dt.timedelta = HOUR):
    moment = (clock.now() + after).replace(microsecond=0)
    return make.submit(
        office, revision or make.draft(office), publish_at=clock.iso_z(moment)
    ), moment


def state(office, revision) -> str:
    shown = make.act(office.leader, "sonla_revision_show", id=revision["id"])
    return shown["state"]


def test_the_tick_publishes_at_the_time_and_not_before(office):
    revision, moment = submit(office)
    approved = make.approve(office, revision)
    assert (approved["state"], approved["publish_at"]) == (
        "scheduled",
        clock.iso_z(moment),
    )
    with freeze_time(moment - dt.timedelta(seconds=1)):
        recovery.publish_scheduled()
    assert state(office, revision) == "scheduled"
    assert make.show(revision["dataset_id"])["private"]
    with freeze_time(moment):
        recovery.publish_scheduled()
        recovery.publish_scheduled()
    assert state(office, revision) == "published"
    assert not make.show(revision["dataset_id"])["private"]


def test_what_is_approved_after_its_time_is_published_at_once(office):
    revision, moment = submit(office)
    with freeze_time(moment + HOUR):
        assert make.approve(office, revision)["state"] == "published"


@pytest.mark.parametrize(
    "when",
    ["2020-01-01T00:00:00Z", "mai", "2026-13-45", "0001-01-01T00:00:00+14:00", 12, [1]],
)
def test_a_past_time_or_none_at_all_is_refused_by_its_field(office, when):
    revision = make.draft(office)
    refused = make.refusal(
        office.officer, "sonla_revision_submit", id=revision["id"], publish_at=when
    )
    assert list(refused) == ["publish_at"]
    assert state(office, revision) == "draft"


@pytest.mark.parametrize("who", ["officer", "leader"])
def test_a_scheduled_revision_can_be_taken_back_or_returned(office, who):
    revision, moment = submit(office)
    make.approve(office, revision)
    if who == "officer":
        make.act(office.officer, "sonla_revision_withdraw", id=revision["id"])
    else:
        make.act(
            office.leader,
            "sonla_revision_return",
            id=revision["id"],
            comment="Chưa công bố",
        )
    with freeze_time(moment + HOUR):
        recovery.publish_scheduled()
    assert (
        state(office, revision) == {"officer": "withdrawn", "leader": "returned"}[who]
    )
    assert make.show(revision["dataset_id"])["private"]
    again, _ = submit(office, revision, 2 * HOUR)
    assert again["digest"] != revision["digest"]
    assert make.approve(office, again)["state"] == "scheduled"


def test_the_digest_names_the_time_of_publication(office):
    revision, _ = submit(office)
    make.act(office.officer, "sonla_revision_withdraw", id=revision["id"])
    at_once = make.submit(office, revision)
    assert at_once["publish_at"] is None
    assert at_once["digest"] != revision["digest"]
    assert make.approve(office, at_once)["state"] == "published"
