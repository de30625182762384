"""A Redis of the project's own, whose queue survives a crash."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from .console import StepError
from .folders import write_secret
from .ports import HOST
from .supervisor import Program

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """\
# Written anew at every start.
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
daemonize no
save ""
appendonly {append}
appendfsync everysec
"""


@dataclass(frozen=True)
class RedisServer:
    """One Redis: where it keeps its data, where it listens."""

    folder: Path
    port: int
    password: str
    fleeting: bool = False

    def program(self) -> Program:
        """Return the command that runs it, its settings written before."""
        executable = shutil.which("redis-server")
        if executable is None:
            raise StepError(
                "redis-server is not installed", "install Debian's redis-server"
            )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = self.folder / "redis.conf"
        write_secret(
            settings,
            SETTINGS.format(
                port=self.port,
                password=self.password,
                folder=self.folder,
                append="no" if self.fleeting else "yes",
            ),
        )
        return Program("redis", [executable, str(settings)])

    def wait(self, seconds: float = 30.0) -> None:
        """Wait until it answers; it reads its append-only file before."""
        client = redis.Redis.from_url(
            self.address(),
            retry=Retry(ConstantBackoff(0.1), retries=int(seconds / 0.1)),
            retry_on_error=[redis.ConnectionError, redis.BusyLoadingError],
        )
        try:
            client.ping()
        except redis.RedisError as error:
            raise StepError(
                f"Redis did not answer within {seconds:.0f} s: {error}",
                "see redis.log in the log folder",
            ) from error

    def address(self) -> str:
        """Return the address that CKAN uses."""
        return f"redis://:{self.password}@{HOST}:{self.port}/0"
