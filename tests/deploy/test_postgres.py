"""The cluster listens here only, and no stale lock keeps it from starting."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from deploy.local import postgres
from deploy.local.postgres import Cluster

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """A cluster as `initdb` leaves it, without the half minute that it takes."""
    monkeypatch.setattr(postgres, "account", lambda: None)
    (tmp_path / "PG_VERSION").write_text("15\n")
    (tmp_path / "postgresql.conf").write_text("# made by initdb\n")
    return Cluster(tmp_path, 15999, "secret")


def _lock(cluster: Cluster, pid: int) -> Path:
    lock = cluster.folder / "postmaster.pid"
    lock.write_text(f"{pid}\n{cluster.folder}\n")
    return lock


def test_a_lock_whose_number_another_process_has_is_dropped(cluster: Cluster):
    lock = _lock(cluster, os.getpid())
    assert cluster.create() is False
    assert not lock.exists()


def test_the_lock_of_a_running_server_stays(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
):
    lock = _lock(cluster, os.getpid())
    monkeypatch.chdir(cluster.folder)  # A server's working folder is its cluster's.
    assert cluster.create() is False
    assert lock.exists()


def test_settings_are_written_once_and_listen_here_only(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Cluster, "_own_programs", lambda self: self.folder)
    cluster.program()
    cluster.program()
    main = (cluster.folder / "postgresql.conf").read_text()
    assert main.count("include 'sonla.conf'") == 1
    own = (cluster.folder / "sonla.conf").read_text()
    assert "listen_addresses = '127.0.0.1'" in own
    assert "port = 15999" in own
    assert "max_prepared_transactions = 20" in own
    assert "fsync" not in own


def test_the_roles_can_do_their_job_and_no_more(
    superuser: sa.Engine, datastore_superuser: sa.Engine
):
    """revisions.md: a role that owns a database can drop any table in it."""
    with superuser.connect() as connection:
        owners = dict(
            connection.execute(
                sa.text("SELECT datname, pg_get_userbyid(datdba) FROM pg_database")
            )
            .tuples()
            .all()
        )
        ckan_owns = connection.scalar(
            sa.text("SELECT pg_has_role('sonla_ckan', 'sonla_log', 'MEMBER')")
        )
        prepared = connection.scalar(sa.text("SHOW max_prepared_transactions"))
        ckan, datastore = superuser.url.database, datastore_superuser.url.database
        write_is_owner = connection.scalar(
            sa.text("SELECT pg_has_role('sonla_write', 'sonla_tables', 'MEMBER')")
        )
        owner_is_write = connection.scalar(
            sa.text("SELECT pg_has_role('sonla_tables', 'sonla_write', 'MEMBER')")
        )
    assert owners[str(ckan)] == "sonla_log"
    assert ckan_owns is False
    assert owners[str(datastore)] == "sonla_tables"
    assert int(str(prepared)) > 0
    assert (write_is_owner, owner_is_write) == (False, True)
