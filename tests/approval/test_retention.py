# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""The files of earlier versions end with the policy's time, and nothing else does."""

from __future__ import annotations

import io
import os
import time

import pytest
import sqlalchemy as sa
from freezegun import freeze_time

from ckan import model
from ckan.cli.cli import ckan as ckan_command
from ckanext.sonla.approval.history import versions
from ckanext.sonla.approval.storage import retention, store
from ckanext.sonla.approval.storage.local import LocalStore
from ckanext.sonla.shared.events import Event
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "empty_store")

FIRST, SECOND = b"%PDF-1.4 cu", b"%PDF-1.4 moi"
LONG_AFTER = "2040-01-01 00:00:00"


@pytest.fixture
def empty_store():
    def empty():
        for found in list(store.stored()):
            store.place().remove_at(found.location)

    empty()
    yield
    empty()


@pytest.fixture
def office():
    return make.office()


@pytest.fixture
def updated(office):
    first = make.published(office, file=FIRST)
    revision = opened(office, first)
    resource = make.show(revision["package_id"])["resources"][0]
    make.upload(office, revision["package_id"], SECOND, id=resource["id"])
    return first, make.approve(office, make.submit(office, revision))


def opened(office, revision):
    return make.act(
        office.officer, "sonla_revision_open", dataset_id=revision["dataset_id"]
    )


def addresses(revision):
    content = model.Session.get(versions.Revision, revision["id"]).content
    return versions.addresses(content)


def kept():
    return {found.address for found in store.stored()}


def root():
    """Return the folder of the storage, which is a local one here."""
    place = store.place()
    assert isinstance(place, LocalStore)
    return place.root


def age(hours):
    """Make every stored file older than it is."""
    then = time.time() - hours * 3600
    for found in store.stored():
        os.utime(root() / found.location, (then, then))


def removals():
    query = sa.select(Event).where(Event.name == "revision.files_removed")
    return list(model.Session.scalars(query))


def test_within_the_policys_time_nothing_goes(updated):
    age(48)
    retention.remove()
    assert kept() == addresses(updated[0]) | addresses(updated[1])
    assert removals() == []


def test_afterwards_the_bytes_go_and_the_log_says_which(updated):
    with freeze_time(LONG_AFTER, tick=True):
        retention.remove()
    assert kept() == addresses(updated[1])
    [event] = removals()
    assert set(event.data["files"]) == addresses(updated[0])
    assert (event.data["revision"], event.public) == (updated[0]["id"], True)
    with freeze_time(LONG_AFTER, tick=True):
        assert retention.remove().files() == []
    assert len(removals()) == 1


def test_a_run_that_dies_before_it_removes_is_noted_once(updated, monkeypatch):
    def die(self, location):
        raise KeyboardInterrupt

    with freeze_time(LONG_AFTER, tick=True):
        with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
            killed.setattr(LocalStore, "remove_at", die)
            retention.remove()
        model.Session.rollback()
        assert len(kept()) == 2
        retention.remove()
    assert kept() == addresses(updated[1])
    assert len(removals()) == 1


def test_a_file_that_the_current_version_still_has_stays(office, updated):
    again = make.approve(office, make.submit(office, opened(office, updated[1])))
    with freeze_time(LONG_AFTER, tick=True):
        retention.remove()
    assert kept() == addresses(again) == addresses(updated[1])


def test_what_is_drafted_or_waits_for_its_leader_stays(office, updated):
    revision = opened(office, updated[1])
    make.upload(office, revision["package_id"], b"%PDF-1.4 dang soan")
    with freeze_time(LONG_AFTER, tick=True):
        retention.remove()
        assert len(kept()) == 2
    submitted = make.submit(office, revision)
    with freeze_time(LONG_AFTER, tick=True):
        retention.remove()
    assert kept() == addresses(submitted)


def test_what_a_crash_left_goes_after_the_time_of_grace():
    store.keep(io.BytesIO(b"khong ai biet"))
    aside = root() / "sha256" / ".writing-0123"
    aside.write_bytes(b"do dang")
    retention.remove()
    assert len(list(store.stored())) == 2
    age(25)
    found = retention.remove()
    assert len(found.leftovers) == 2
    assert list(store.stored()) == []


def test_a_leftover_that_somebody_stores_again_is_young_and_stays(monkeypatch):
    store.keep(io.BytesIO(b"hai lan"))
    age(25)
    found = retention.ended()
    store.keep(io.BytesIO(b"hai lan"))
    monkeypatch.setattr(retention, "ended", lambda: found)
    retention.remove()
    assert len(kept()) == 1


def test_a_leftover_that_a_row_names_meanwhile_stays(office, monkeypatch):
    address = store.keep(io.BytesIO(FIRST))
    age(25)
    found = retention.ended()
    make.draft(office, file=FIRST)
    age(25)
    monkeypatch.setattr(retention, "ended", lambda: found)
    retention.remove()
    assert kept() == {address}


def test_the_command_says_what_would_go_and_removes_nothing(cli, updated):
    assert updated
    with freeze_time(LONG_AFTER, tick=True):
        said = cli.invoke(ckan_command, ["sonla", "retention"])
    assert "version 1: 1 files" in said.output
    assert len(kept()) == 2


def test_the_scheduler_looks_once_a_day(updated, monkeypatch):
    assert updated
    runs = []
    monkeypatch.setattr(retention, "remove", lambda: runs.append(1))
    retention.connect_to_redis().flushdb()
    retention.remove_daily()
    retention.remove_daily()
    assert len(runs) == 1
