# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false, reportArgumentType=false
"""Erasure, take-down and restore: whole or nothing, whenever the process dies."""

from __future__ import annotations

import time
from contextlib import closing
from functools import partial

import psycopg2
import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.cli.cli import ckan
from ckan.common import config
from ckan.tests import factories
from ckanext.sonla.approval import faults
from ckanext.sonla.approval.erasure import ending
from ckanext.sonla.approval.erasure import files as erasing_files
from ckanext.sonla.approval.erasure import tables as erasing_tables
from ckanext.sonla.approval.lifecycle.model import Erasure
from ckanext.sonla.approval.publishing import starting
from ckanext.sonla.shared import auditing, tick
from tests.approval import crashes
from tests.approval.erasure.erasing import (
    CSV,
    DECISION,
    SECRET,
    everything,
    name_key,
    named,
)
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

WAITS = "waits"
BEFORE = ("cleaned", "erasing")
# What one erasure comes to, however often whoever goes on with it dies in its turn.
AFTER = ("erased", "emptied", "rewritten", "noted", "removed")
# What goes on with it: a web process that begins, and the tick.
NEXT = (starting.resolve, partial(tick.run, "approval.erasures"))


@pytest.fixture
def office():
    return make.office()


@pytest.fixture
def operator():
    agency = factories.Organization(name=config["sonla.policy.operating_office"])
    return make.appoint(agency["id"], "operator")


@pytest.fixture
def published(office):
    """A dataset with a person's name in a field, a file and a table."""
    erasing_files.list_path().unlink(missing_ok=True)
    revision = make.draft(office, file=None, maintainer=SECRET)
    values = {"name": "Danh sách", "format": "CSV", "filename": "danh-sach.csv"}
    resource = make.upload(office, revision["package_id"], CSV.encode(), **values)
    name_key(office, resource["id"])
    return make.approve(office, make.submit(office, revision))


def erase(operator, revision):
    return make.act(
        operator,
        "sonla_revision_erase",
        id=revision["id"],
        what=[
            {"resource": "Danh sách", "rows": {"ma": "A"}},
            {"field": "maintainer"},
        ],
        decision=DECISION,
    )


def erasures() -> int:
    model.Session.rollback()
    return model.Session.scalar(sa.select(sa.func.count()).select_from(Erasure)) or 0


def reads(resource_id: str) -> str:
    """Read a table as the public's role does, without patience."""
    url = config["ckan.datastore.read_url"]
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
        try:
            cursor.execute(f'SELECT * FROM public."{resource_id}"')  # noqa: S608 - an id of our own
        except psycopg2.errors.LockNotAvailable:
            return WAITS
        return str(cursor.fetchall())


def on_disk(superuser, resource_id: str) -> bytes:
    """Return the bytes of a table's file, dead rows and all."""
    with superuser.connect().execution_options(isolation_level="AUTOCOMMIT") as one:
        one.execute(sa.text("CHECKPOINT"))
        query = f"pg_read_binary_file(pg_relation_filepath('public.\"{resource_id}\"'))"
        return bytes(one.scalar(sa.text(f"SELECT {query}")))


def until_dead() -> None:
    """Wait until PostgreSQL has noticed that the process is gone."""
    for _ in range(200):
        lock = sa.select(sa.func.pg_try_advisory_xact_lock(ending.LOCK))
        free = model.Session.scalar(lock)
        model.Session.rollback()
        if free:
            return
        time.sleep(0.05)


def test_an_erasure_that_dies_before_it_is_decided_has_not_been(operator, published):
    resource = make.show(published["dataset_id"])["resources"][0]["id"]
    for place, go_on in zip(BEFORE, NEXT, strict=True):
        assert crashes.killed_at(place, partial(erase, operator, published)), place
        until_dead()
        go_on()
        assert (erasures(), erasing_tables.undecided()) == (0, []), place
        assert SECRET in reads(resource), place
        assert make.show(published["dataset_id"])["maintainer"] == SECRET
    # Nothing stands in the way of doing it again.
    assert erase(operator, published)["found"]["rows"] == 1
    assert named(everything()) == []


def test_an_erasure_that_dies_once_decided_is_ended_by_the_next_process(
    operator, published, datastore_superuser, cli
):
    resource = make.show(published["dataset_id"])["resources"][0]["id"]
    assert SECRET.encode() in on_disk(datastore_superuser, resource)
    act = partial(erase, operator, published)
    for number, place in enumerate(AFTER):
        assert crashes.killed_at(place, act), place
        until_dead()
        assert erasures() == 1
        # What the log says was erased is read by nobody, whatever is left to do.
        with pytest.raises(tk.ValidationError):
            erase(operator, published)
        model.Session.rollback()
        assert (reads(resource) == WAITS) is (place == "erased"), place
        assert SECRET not in reads(resource), place
        act = NEXT[number % 2]
    result = cli.invoke(ckan, ["sonla", "tick"])
    assert result.exit_code == 0, result.output
    assert named(everything()) == []
    assert SECRET.encode() not in on_disk(datastore_superuser, resource)
    assert [told["id"] for told in erasing_files.noted()] == [
        model.Session.scalar(sa.select(Erasure.id))
    ]
    assert auditing.verify().broken is None


def test_every_place_of_an_erasure_is_died_at():
    assert {*BEFORE, *AFTER} == set(faults.declared()["erase"])


def test_a_take_down_and_a_restore_that_die_are_whole(office, operator, published):
    dataset_id = published["dataset_id"]

    def public() -> tuple[bool, list[str], int]:
        model.Session.rollback()
        log = make.act(None, "sonla_event_list", object_id=dataset_id)["results"]
        told = [event["name"] for event in log if "dataset." in event["name"]]
        private = make.show(dataset_id)["private"]
        found = make.act(None, "package_search", fq=f"id:{dataset_id}")["count"]
        assert found == (0 if private else 1)
        notices = model.Session.scalar(sa.text("SELECT count(*) FROM sonla_mail"))
        return private, told, notices

    for step, done in (("take_down", True), ("restore", False)):
        before = public()
        act = partial(
            make.act,
            operator,
            f"sonla_dataset_{step}",
            dataset_id=dataset_id,
            reason="Lộ số điện thoại",
        )
        early, late = faults.declared()[step]
        assert crashes.killed_at(early, act)
        assert public() == before
        assert crashes.killed_at(late, act)
        private, told, notices = after = public()
        assert (private, len(told)) == (done, len(before[1]) + 1)
        assert notices > before[2]
        starting.resolve()
        assert public() == after
        assert make.refusal(
            operator, f"sonla_dataset_{step}", dataset_id=dataset_id, reason="?"
        )
