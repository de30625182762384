# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""What fails in between: a clear answer, nothing lost, and trying again works."""

from __future__ import annotations

import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa

from ckan import model
from ckan.common import config
from ckan.lib import redis as ckan_redis
from ckan.tests import factories
from ckanext.datastore.backend import postgres
from ckanext.sonla.approval import datastore, tables
from ckanext.sonla.approval.publishing import recovery
from ckanext.sonla.shared import tick
from tests.approval.small_disk import fill, on_a_small_disk
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

ROWS = [{"ma": f"M{number}", "so": 1} for number in range(200)]


@pytest.fixture
def office():
    return make.office()


@pytest.fixture
def draft(office):
    revision = make.draft(office)
    make.table(office, only_resource(revision), ROWS)
    return revision


@pytest.fixture
def submitted(office, draft):
    return make.submit(office, draft)


def only_resource(revision) -> str:
    return make.show(revision["package_id"])["resources"][0]["id"]


@pytest.fixture
def operator():
    agency = factories.Organization(name=config["sonla.policy.operating_office"])
    return make.appoint(agency["id"], "operator")


def erasure(revision) -> dict:
    return {
        "id": revision["id"],
        "what": [{"resource": 1, "rows": {"ma": "M7"}}],
        "decision": {"number": "15/QĐ-SKHCN", "date": "2026-11-20", "text": "Đơn"},
    }


def erase(operator, revision):
    return make.act(operator, "sonla_revision_erase", **erasure(revision))


def erasing(operator, revision):
    return make.refusal(operator, "sonla_revision_erase", **erasure(revision))


def shown(office, revision):
    return make.act(office.leader, "sonla_revision_show", id=revision["id"])


def state(office, revision) -> str:
    return make.act(office.leader, "sonla_revision_show", id=revision["id"])["state"]


def refused(office, who: str, step: str, revision, **more):
    return make.refusal(
        getattr(office, who), f"sonla_revision_{step}", id=revision["id"], **more
    )


@contextmanager
def datastore_away(superuser):
    """Let the DataStore's database take nobody in, and put everybody out."""
    name = sa.make_url(config["ckan.datastore.write_url"]).database

    def allow(yes: bool) -> None:
        with superuser.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            verb = "true" if yes else "false"
            connection.execute(
                sa.text(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS {verb}')
            )
            connection.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = :name"
                ),
                {"name": name},
            )

    allow(False)
    try:
        yield
    finally:
        allow(True)
        for engine in (
            datastore.owner_engine(),
            postgres.get_write_engine(),
            postgres.get_read_engine(),
        ):
            engine.dispose()


@contextmanager
def storage_away():
    """Take the folder of the files away, and put something else in its place."""
    folder = Path(config["ckan.storage_path"]) / "resources"
    aside = folder.with_name("resources-away")
    folder.rename(aside)
    folder.write_text("not a folder")
    try:
        yield
    finally:
        folder.unlink()
        aside.rename(folder)


@pytest.fixture
def own_redis(monkeypatch, tmp_path):
    """A Redis of the test's own, which it may end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    server = subprocess.Popen(
        ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", ""],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    pool = redis.ConnectionPool.from_url(f"redis://127.0.0.1:{port}/0")
    monkeypatch.setattr(ckan_redis, "_connection_pool", pool)
    for _ in range(100):
        if ckan_redis.is_redis_available():
            break
        time.sleep(0.05)
    yield server
    server.kill()
    server.wait()


def test_a_full_disk_refuses_the_submit_and_the_draft_stays_writable(office):
    def on_it(folder: Path) -> None:
        revision = make.draft(office)
        make.table(office, only_resource(revision), ROWS)
        filling = fill(folder)
        assert list(refused(office, "officer", "submit", revision)) == ["storage"]
        assert state(office, revision) == "draft"
        # Rows go to the DataStore, which has a disk of its own.
        make.table(office, only_resource(revision), [{"ma": "them", "so": 2}])
        filling.unlink()
        assert make.submit(office, revision)["state"] == "submitted"
        fill(folder)
        make.approve(office, shown(office, revision))
        assert state(office, revision) == "published"

    on_a_small_disk(on_it)


def test_a_full_disk_refuses_an_erasure_which_changes_nothing(office, operator):
    def on_it(folder: Path) -> None:
        revision = make.draft(office)
        make.table(office, only_resource(revision), ROWS)
        revision = make.approve(office, make.submit(office, revision))
        filling = fill(folder)
        assert list(erasing(operator, revision)) == ["storage"]
        assert len(make.rows(None, only_resource(revision), 300)) == len(ROWS)
        filling.unlink()
        erase(operator, revision)
        assert len(make.rows(None, only_resource(revision), 300)) == len(ROWS) - 1

    on_a_small_disk(on_it)


def test_a_storage_that_is_away_refuses_the_submit(office, draft):
    with storage_away():
        assert list(refused(office, "officer", "submit", draft)) == ["storage"]
    assert state(office, draft) == "draft"
    assert make.submit(office, draft)["state"] == "submitted"


def test_approving_needs_no_storage(office, submitted):
    with storage_away():
        assert make.approve(office, submitted)["state"] == "published"
    assert len(make.rows(None, only_resource(submitted))) == 100


def test_without_the_datastore_a_submit_changes_nothing(office, draft, superuser):
    with datastore_away(superuser):
        assert list(refused(office, "officer", "submit", draft)) == ["datastore"]
        assert state(office, draft) == "draft"
    assert make.submit(office, draft)["state"] == "submitted"


def test_without_the_datastore_an_approval_waits_for_it(office, submitted, superuser):
    with datastore_away(superuser):
        assert make.approve(office, submitted)["state"] == "publishing"
        assert make.show(submitted["dataset_id"])["private"]
    recovery.resolve_leftovers()
    assert state(office, submitted) == "published"
    assert len(make.rows(None, only_resource(submitted))) == 100


@pytest.mark.parametrize("step", ["withdraw", "return"])
def test_without_the_datastore_the_ways_back_are_open_and_the_tick_thaws(
    office, submitted, superuser, step
):
    who, more = (
        (office.officer, {})
        if step == "withdraw"
        else (office.leader, {"comment": "?"})
    )
    with datastore_away(superuser):
        make.act(who, f"sonla_revision_{step}", id=submitted["id"], **more)
    resource = only_resource(submitted)
    with datastore.owning() as cursor:
        assert tables.owner_of(cursor, resource) == datastore.owner_role()
    recovery.resolve_leftovers()
    make.table(office, resource, [{"ma": "them", "so": 2}])
    assert make.submit(office, submitted)["state"] == "submitted"


def test_without_redis_everything_is_decided_and_published(office, draft, own_redis):
    assert ckan_redis.is_redis_available()
    own_redis.kill()
    own_redis.wait()
    assert not ckan_redis.is_redis_available()
    revision = make.submit(office, draft)
    assert make.approve(office, revision)["state"] == "published"


def test_without_the_datastore_an_erasure_changes_nothing(
    office, submitted, operator, superuser
):
    revision = make.approve(office, submitted)
    with datastore_away(superuser):
        assert list(erasing(operator, revision)) == ["datastore"]
    assert len(make.rows(None, only_resource(revision), 300)) == len(ROWS)
    erase(operator, revision)
    assert len(make.rows(None, only_resource(revision), 300)) == len(ROWS) - 1


def test_without_a_mail_server_notices_wait(office, submitted):
    make.approve(office, submitted)
    count = "SELECT count(*) FROM sonla_mail WHERE sent IS NULL"
    waiting = model.Session.scalar(sa.text(count))
    assert waiting >= 2
    assert tick.run("mail.deliver") == "done"
    assert model.Session.scalar(sa.text(count)) == waiting
