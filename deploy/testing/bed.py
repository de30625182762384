"""A throw-away PostgreSQL and Redis, beside whatever else runs on this machine."""

from __future__ import annotations

import os
import shutil
import tempfile
import zlib
from pathlib import Path

from deploy.local.console import Step
from deploy.local.databases import Databases, set_up
from deploy.local.folders import ROOT, Memory, write_secret
from deploy.local.ini import addresses
from deploy.local.passwords import passwords
from deploy.local.ports import find
from deploy.local.postgres import Cluster
from deploy.local.processes import Identity
from deploy.local.redis_server import RedisServer
from deploy.local.supervisor import Supervisor

NAMES = Databases("sonla_test", "sonla_datastore_test")
# Beds lie where PostgreSQL's account reaches them, wherever the clone lies.
FAMILY = f"sonla-test-{zlib.crc32(str(ROOT).encode()):08x}-"


class Bed:
    """One bed: made empty, and gone without a trace after `remove`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=FAMILY))
        # Others may pass through to the cluster, which is closed to them itself.
        self.folder.chmod(0o711)
        self.ini = self.folder / "test.ini"
        self._supervisor = Supervisor(self.folder, self.folder)
        me = Identity.of(os.getpid())
        if me is not None:
            Memory(self.folder / "owner.json").set(pid=me.pid, started=me.started)

    def make(self) -> None:
        """Start the servers and write the settings that the tests run with."""
        secrets = passwords(self.folder)
        port = find(None, self.folder, set())
        cluster = Cluster(
            self.folder / "postgresql", port, secrets["postgres"], fleeting=True
        )
        redis = RedisServer(
            self.folder / "redis",
            find(None, self.folder, {port}),
            secrets["redis"],
            fleeting=True,
        )
        cluster.create()
        self._supervisor.start(cluster.program())
        self._supervisor.start(redis.program())
        cluster.wait()
        redis.wait()
        set_up(cluster, NAMES, secrets)
        write_secret(self.ini, self._settings(cluster, redis, secrets))

    def _settings(
        self, cluster: Cluster, redis: RedisServer, secrets: dict[str, str]
    ) -> str:
        at = addresses(cluster, NAMES, secrets)
        postgres = secrets["postgres"]
        values = {
            "use": f"config:{ROOT / 'test.ini'}",
            "sqlalchemy.url": at["ckan_url"],
            "ckan.datastore.write_url": at["write_url"],
            "ckan.datastore.read_url": at["read_url"],
            "sonla.datastore.owner_url": at["owner_url"],
            "ckan.redis.url": redis.address(),
            "ckan.storage_path": str(self.folder / "storage"),
            "sonla.test.superuser_url": cluster.address(
                "postgres", postgres, NAMES.ckan
            ),
            "sonla.test.datastore_superuser_url": cluster.address(
                "postgres", postgres, NAMES.datastore
            ),
        }
        lines = "\n".join(f"{name} = {value}" for name, value in values.items())
        return f"[app:main]\n{lines}\n"

    def remove(self) -> None:
        """Stop the servers and delete everything."""
        self._supervisor.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def remove_abandoned() -> None:
    """Remove the beds of test runs of this clone that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FAMILY}*"):
        owner = Memory(folder / "owner.json").all()
        if owner and Identity(owner["pid"], owner["started"]).is_alive():
            continue
        Supervisor(folder, folder).end_leftovers()
        shutil.rmtree(folder, ignore_errors=True)


def make_beds(number: int) -> list[Bed]:
    """Make so many beds, after removing abandoned ones."""
    remove_abandoned()
    beds = [Bed() for _ in range(number)]
    with Step("Throw-away databases") as step:
        for done, bed in enumerate(beds):
            step.progress(done, number)
            bed.make()
        step.detail = f"{number}, each a PostgreSQL and a Redis"
    return beds
