# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""What fails in between: a clear answer, nothing lost, and trying again works."""

from __future__ import annotations

import resource as limits
import signal
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from ckan.lib import redis as ckan_redis
from ckanext.datastore.backend import postgres
from ckanext.sonla.approval import tables
from ckanext.sonla.approval.publishing import recovery
from ckanext.sonla.shared import tick
from tests.approval.test_at_once import at_once
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
            tables.owner_engine(),
            postgres.get_write_engine(),
            postgres.get_read_engine(),
        ):
            engine.dispose()


@contextmanager
def full_disk():
    """Let no file of this process grow beyond a kilobyte, as on a full disk."""
    before = limits.getrlimit(limits.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits.setrlimit(limits.RLIMIT_FSIZE, (1000, before[1]))
    try:
        yield
    finally:
        limits.setrlimit(limits.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


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


@contextmanager
def redis_away(monkeypatch):
    """Let the portal look for Redis where none is."""
    gone = redis.ConnectionPool.from_url("redis://127.0.0.1:1/0")
    with monkeypatch.context() as patch:
        patch.setattr(ckan_redis, "_connection_pool", gone)
        yield


def test_a_full_disk_refuses_the_submit_and_the_draft_stays_writable(office, draft):
    with full_disk():
        assert list(refused(office, "officer", "submit", draft)) == ["storage"]
    assert state(office, draft) == "draft"
    make.table(office, only_resource(draft), [{"ma": "them", "so": 2}])
    assert make.submit(office, draft)["state"] == "submitted"


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
    with tables.owning() as cursor:
        assert tables.owner_of(cursor, resource) == tables.owner_role()
    recovery.resolve_leftovers()
    make.table(office, resource, [{"ma": "them", "so": 2}])
    assert make.submit(office, submitted)["state"] == "submitted"


def test_without_redis_everything_is_decided_and_published(office, draft, monkeypatch):
    with redis_away(monkeypatch):
        revision = make.submit(office, draft)
        assert make.approve(office, revision)["state"] == "published"


def test_without_a_mail_server_notices_wait(office, submitted):
    make.approve(office, submitted)
    count = "SELECT count(*) FROM sonla_mail WHERE sent IS NULL"
    waiting = model.Session.scalar(sa.text(count))
    assert waiting >= 2
    assert tick.run("mail.deliver") == "done"
    assert model.Session.scalar(sa.text(count)) == waiting


def test_returning_and_approving_at_once_has_one_winner(office, submitted):
    outcomes = at_once(
        lambda: make.approve(office, submitted),
        lambda: make.act(
            office.leader,
            "sonla_revision_return",
            id=submitted["id"],
            comment="Bổ sung",
        ),
    )
    assert outcomes == ["200", "409"]
    public = not make.show(submitted["dataset_id"])["private"]
    assert (state(office, submitted), public) in (
        ("published", True),
        ("returned", False),
    )


def lose_role(office) -> None:
    member = model.Session.scalars(
        sa.select(model.Member).where(
            model.Member.group_id == office.id,
            model.Member.table_id == model.User.get(office.leader).id,
        )
    ).one()
    member.state = "deleted"
    model.Session.commit()


def test_a_leader_who_loses_the_role_in_between_approves_nothing(office, submitted):
    digest = submitted["digest"]
    lose_role(office)
    assert refused(office, "leader", "approve", submitted, digest=digest) == "403"
    successor = make.appoint(office.id, "leader")
    answer = make.act(
        successor, "sonla_revision_approve", id=submitted["id"], digest=digest
    )
    assert answer["state"] == "published"


def test_the_role_is_asked_again_under_the_revisions_lock(office, submitted):
    """A plugin that skips authorization, after the role was lost, decides nothing."""
    lose_role(office)
    with pytest.raises(tk.NotAuthorized):
        tk.get_action("sonla_revision_approve")(
            {"ignore_auth": True, "user": office.leader},
            {"id": submitted["id"], "digest": submitted["digest"]},
        )
    model.Session.rollback()
    assert make.show(submitted["dataset_id"])["private"]


def test_in_an_agency_that_closed_in_between_nobody_decides(
    office, submitted, superuser
):
    model.Session.close()
    with superuser.begin() as connection:
        # The seal keeps an agency that has something before its leader; past it.
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            sa.text("UPDATE \"group\" SET state = 'deleted' WHERE id = :id"),
            {"id": office.id},
        )
    digest = submitted["digest"]
    assert refused(office, "leader", "approve", submitted, digest=digest) == "403"
    assert make.show(submitted["dataset_id"])["private"]
