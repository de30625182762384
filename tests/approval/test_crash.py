"""Invariant 4: whole or nothing, whenever the process dies."""

from __future__ import annotations

import datetime as dt
import time
from functools import partial

import pytest
from freezegun import freeze_time

from ckan import model
from ckan.common import config
from ckanext.sonla.approval import datastore, faults, tables
from ckanext.sonla.approval.publishing import recovery, renaming
from ckanext.sonla.shared import clock
from tests.approval import crashes
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

# Before CKAN's commit, which decides.
UNDECIDED = ("approved", "replaced", "renamed", "prepared", "deciding")
# What one update comes to, however often whoever goes on with it dies in its turn.
ONE_AFTER_ANOTHER = (*UNDECIDED, "decided", "dropped")


def face(dataset_id: str):
    resource = make.act(None, "package_show", id=dataset_id)["resources"][0]
    return (
        make.act(None, "package_show", id=dataset_id)["title"],
        resource["sha256"],
        make.rows(None, resource["id"]),
    )


def publish_first(office):
    revision = make.draft(office)
    resource = make.show(revision["package_id"])["resources"][0]
    make.table(office, resource["id"], [{"ma": "A", "so": 0}])
    return make.approve(office, make.submit(office, revision))["dataset_id"]


def prepare_update(office, dataset_id: str, number: int):
    """Submit an update of title, file and table that all bear a number."""
    update = make.act(office.officer, "sonla_revision_open", dataset_id=dataset_id)
    package_id = update["package_id"]
    make.act(office.officer, "package_patch", id=package_id, title=f"So {number}")
    resource = make.show(package_id)["resources"][0]
    make.upload(office, package_id, b"%%PDF-1.4 %d" % number, id=resource["id"])
    make.table(office, resource["id"], [{"ma": "A", "so": number}])
    return make.submit(office, update)


def test_a_switch_that_dies_anywhere_is_finished_whole_by_the_next_process():
    """Whoever goes on with it may die too: each place is that of another process."""
    office = make.office()
    dataset_id = publish_first(office)
    places = set(faults.declared()["switch"])
    for number, chain in enumerate([ONE_AFTER_ANOTHER, places - {*ONE_AFTER_ANOTHER}]):
        before = face(dataset_id)
        update = prepare_update(office, dataset_id, number + 1)
        go_on = partial(make.approve, office, update)
        for place in chain:
            assert crashes.killed_at(place, go_on), place
            crashes.decide()
            # Undecided by CKAN the tables go back, and nothing of the update shows.
            assert (face(dataset_id) == before) is (place in UNDECIDED), place
            go_on = recovery.resolve_leftovers
        crashes.recover()
        title, file, rows = face(dataset_id)
        assert (title, rows) == (f"So {number + 1}", [{"ma": "A", "so": number + 1}])
        assert file != before[1]
        shown = make.act(None, "sonla_revision_show", id=update["id"])
        assert shown["state"] == "published"
        assert model.Package.get(update["package_id"]) is None
    assert renaming.undecided() == []


def test_a_submit_that_dies_anywhere_leaves_a_draft_that_can_be_written():
    office = make.office()
    revision = make.draft(office)
    resource = make.show(revision["package_id"])["resources"][0]["id"]
    places = faults.declared()["submit"]
    shown = revision
    # The last one: it comes after CKAN's commit, which decides.
    for number, place in enumerate(sorted(places, key="submitted".__eq__)):
        make.table(office, resource, [{"ma": f"M{number}", "so": number}])
        assert crashes.killed_at(place, partial(make.submit, office, revision)), place
        with datastore.owning() as cursor:
            # Frozen before anything was checked, exported or decided.
            assert tables.owner_of(cursor, resource) == datastore.owner_role(), place
        crashes.recover()
        shown = make.act(office.officer, "sonla_revision_show", id=revision["id"])
        if place != "submitted":
            assert (shown["state"], shown["digest"]) == ("draft", None), place
    assert shown["state"] == "submitted"
    assert len(shown["digest"]) == 64


def test_an_embargo_whose_start_dies_is_published_by_the_next_process():
    office = make.office()
    later = clock.now() + dt.timedelta(hours=1)
    revision = make.submit(office, make.draft(office), publish_at=clock.iso_z(later))
    assert make.approve(office, revision)["state"] == "scheduled"
    with freeze_time(later):
        assert crashes.killed_at("started", recovery.publish_scheduled)
    assert make.show(revision["dataset_id"])["private"]
    crashes.recover()
    assert not make.show(revision["dataset_id"])["private"]


def test_the_first_request_of_a_web_process_finishes_what_another_left_over(
    make_app, monkeypatch
):
    # An application keeps the settings that it began with, and asks for this one at its
    # first request. A mark would load all plugins anew.
    monkeypatch.setitem(config, "sonla.approval.resolve_at_start", True)
    app = make_app()
    office = make.office()
    dataset_id = publish_first(office)
    update = prepare_update(office, dataset_id, 7)
    assert crashes.killed_at("decided", partial(make.approve, office, update))
    app.get("/api/3/action/site_read")
    deadline = time.monotonic() + 10
    while renaming.undecided() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert renaming.undecided() == []
    resource = make.show(dataset_id)["resources"][0]["id"]
    assert make.rows(None, resource) == [{"ma": "A", "so": 7}]
