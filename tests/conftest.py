"""Fixtures of the whole suite: migrated databases, and a quick way to empty them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from faker import Faker

import ckan
import ckanext.sonla
from ckan import model
from ckan.cli.db import _run_migrations
from ckan.common import config
from ckan.lib.redis import connect_to_redis
from ckan.plugins import plugin_loaded
from ckanext.sonla.shared import log_permissions

from .cheap import make_cheap, make_steady
from .plugins import app, settled_plugins, with_plugins  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from collections.abc import Iterator

make_cheap()
make_steady()

MIGRATIONS = Path(ckanext.sonla.__file__).parent / "migration"
MIGRATED = (
    "activity",
    "harvest",
    *sorted(path.parent.name for path in MIGRATIONS.glob("*/alembic.ini")),
)


@pytest.fixture(scope="session")
def superuser() -> Iterator[sa.Engine]:
    """The test cluster's superuser in CKAN's database: only it gets round a seal."""
    engine = sa.create_engine(
        config["sonla.test.superuser_url"], poolclass=sa.pool.NullPool
    )
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def datastore_superuser() -> Iterator[sa.Engine]:
    """The test cluster's superuser on the DataStore's database."""
    engine = sa.create_engine(
        config["sonla.test.datastore_superuser_url"], poolclass=sa.pool.NullPool
    )
    yield engine
    engine.dispose()


SEED = 782
_KEPT = ("spatial_ref_sys",)
_TABLES = """
    SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
      AND tablename NOT LIKE '%alembic_version'
"""


def delete_rows(engine: sa.Engine) -> None:
    """Delete what is in the tables, if anything is.

    A test fills a dozen of a hundred tables, and a TRUNCATE of an empty one costs as
    much as of a full one: new files for the table and for each of its indexes.
    """
    with engine.begin() as connection:
        connection.execute(sa.text("SET session_replication_role = replica"))
        names = [
            name
            for name in connection.scalars(sa.text(_TABLES)).all()
            if name.split(".")[-1] not in _KEPT
        ]
        asked = " UNION ALL ".join(
            f"SELECT {index} WHERE EXISTS (SELECT FROM {name})"  # noqa: S608 - from pg_tables
            for index, name in enumerate(names)
        )
        for index in connection.scalars(sa.text(asked)).all():
            connection.execute(sa.text(f"DELETE FROM {names[index]}"))  # noqa: S608 - as above


def _drop_tables(engine: sa.Engine) -> None:
    """Drop the DataStore's tables; the table of their statistics stays, empty."""
    with engine.begin() as connection:
        names = connection.scalars(
            sa.text(f"{_TABLES} AND tablename <> '_table_stats'")
        ).all()
        if names:
            connection.execute(sa.text(f"DROP TABLE {', '.join(names)} CASCADE"))
        connection.execute(sa.text('DELETE FROM "_table_stats"'))


@pytest.fixture(scope="session")
def reset_db(superuser: sa.Engine, datastore_superuser: sa.Engine) -> Any:
    """Empty both databases as the superuser, past seals and the append-only log.

    Stands in for CKAN's fixture of the same name, which DELETEs as CKAN's own role
    and is refused by the seal, as it should be.
    """
    from ckan.tests import factories

    def reset() -> None:
        factories.fake.unique.clear()
        # The same names and texts in every run.
        Faker.seed(SEED)
        model.Session.close()
        model.Session.remove()
        # Jobs of a test before would be done by the next one that has a worker.
        connect_to_redis().flushdb()
        delete_rows(superuser)
        _drop_tables(datastore_superuser)

    return reset


def _give_the_log_away(superuser: sa.Engine) -> None:
    """As `make run` does: the log belongs to a role that nobody logs in as."""
    url = sa.make_url(config["sqlalchemy.url"])
    with superuser.begin() as connection:
        connection.exec_driver_sql(
            log_permissions.script(str(url.database), str(url.username))
        )


@pytest.fixture(scope="session", autouse=True)
def migrated(superuser: sa.Engine) -> None:
    """Create CKAN's tables and every feature's, unless they are there already."""
    import ckan.plugins as p

    wanted = _migrations()
    if _noted(superuser) == wanted:
        return
    p.load_all()
    try:
        model.repo.init_db()
        for plugin in MIGRATED:
            if plugin_loaded(plugin):
                _run_migrations(plugin)
        _give_the_log_away(superuser)
    finally:
        p.unload_all()
    note_migrations(superuser, wanted)


def _migrations() -> str:
    """Return what stands for everything that makes the tables."""
    told = f"{ckan.__version__} {config['ckan.plugins']}"
    found = hashlib.sha256(told.encode())
    for path in sorted(MIGRATIONS.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()


def _noted(superuser: sa.Engine) -> str | None:
    with superuser.connect() as connection:
        return connection.scalar(
            sa.text(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
                " WHERE datname = current_database()"
            )
        )


def note_migrations(superuser: sa.Engine, what: str) -> None:
    """Note by which migrations the database was made, for the next run on it."""
    name = superuser.url.database
    with superuser.begin() as connection:
        connection.exec_driver_sql(f"COMMENT ON DATABASE \"{name}\" IS '{what}'")
