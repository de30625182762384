"""A PostgreSQL cluster of the project's own, beside whatever the machine has."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2

from .console import StepError
from .ports import HOST
from .processes import Identity
from .supervisor import Program, as_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg2.extensions import connection

PROGRAMS = Path("/usr/lib/postgresql")
OLDEST_MAJOR = 15
SETTINGS = """\
# Written anew at every start.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 120
shared_buffers = '128MB'
# Publishing is one switch in two databases: a prepared transaction in the DataStore.
max_prepared_transactions = 20
timezone = 'UTC'
log_timezone = 'UTC'
"""
# For throw-away clusters only: a crash of the machine may cost them everything.
FLEETING = """\
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum_naptime = '15s'
"""


@dataclass(frozen=True)
class Cluster:
    """One cluster: where it lies, where it listens, who it belongs to."""

    folder: Path
    port: int
    password: str
    fleeting: bool = False

    def create(self) -> bool:
        """Make the cluster if there is none; return whether it was made."""
        if (self.folder / "PG_VERSION").exists():
            self._repair_lock()
            return False
        # Left by a first start that was interrupted: nothing of it can be used.
        shutil.rmtree(self.folder, ignore_errors=True)
        partial = self.folder.with_name(self.folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700, parents=True)
        with tempfile.NamedTemporaryFile("w", dir=tempfile.gettempdir()) as file:
            file.write(self.password)
            file.flush()
            user = account()
            if user:
                shutil.chown(partial, user, user)
                shutil.chown(file.name, user, user)
            _run(
                [
                    str(programs() / "initdb"),
                    f"--pgdata={partial}",
                    f"--pwfile={file.name}",
                    "--username=postgres",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--data-checksums",
                ]
            )
        partial.rename(self.folder)
        return True

    def program(self) -> Program:
        """Return the command that runs the cluster, its settings written before."""
        self._configure()
        return Program(
            "postgresql",
            [str(self._own_programs() / "postgres"), "-D", str(self.folder)],
            user=account(),
            # Open transactions are rolled back, open connections closed.
            ends_by=signal.SIGINT,
            patience=60.0,
        )

    def _own_programs(self) -> Path:
        """A cluster needs the programs of the major release that made it."""
        major = (self.folder / "PG_VERSION").read_text(encoding="ascii").strip()
        folder = PROGRAMS / major / "bin"
        if not (folder / "postgres").exists():
            raise StepError(
                f"the cluster in {self.folder} is of PostgreSQL {major}, which is not "
                "installed",
                f"install the package postgresql-{major}, or move the data with "
                "pg_upgrade",
            )
        return folder

    def _configure(self) -> None:
        settings = SETTINGS.format(port=self.port)
        own = self.folder / "sonla.conf"
        own.write_text(settings + (FLEETING if self.fleeting else ""), encoding="utf-8")
        main = self.folder / "postgresql.conf"
        line = "include 'sonla.conf'\n"
        if line not in main.read_text(encoding="utf-8"):
            with main.open("a", encoding="utf-8") as file:
                file.write(line)
        user = account()
        if user:
            shutil.chown(own, user, user)

    def _repair_lock(self) -> None:
        """Drop the lock of a killed server whose number another process has now.

        PostgreSQL itself drops it only when no process has that number.
        """
        lock = self.folder / "postmaster.pid"
        with suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(lock.read_text(encoding="utf-8").splitlines()[0])
            if Identity.of(pid) is not None and not self._is_at_home(pid):
                lock.unlink()

    def _is_at_home(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/cwd").resolve() == self.folder.resolve()
        except OSError:
            return False

    def wait(self, seconds: float = 60.0) -> None:
        """Wait until the cluster answers."""
        until = time.monotonic() + seconds
        while True:
            try:
                with self.connect("postgres"):
                    return
            except psycopg2.OperationalError as error:
                if time.monotonic() > until:
                    raise StepError(
                        f"PostgreSQL did not answer within {seconds:.0f} s: {error}",
                        "see postgresql.log in the log folder",
                    ) from error
            time.sleep(0.1)

    @contextmanager
    def connect(self, database: str) -> Iterator[connection]:
        """Give a connection of the superuser, each statement a transaction."""
        opened = psycopg2.connect(
            host=HOST,
            port=self.port,
            user="postgres",
            password=self.password,
            dbname=database,
            connect_timeout=5,
        )
        try:
            opened.autocommit = True
            yield opened
        finally:
            opened.close()

    def address(self, role: str, password: str, database: str) -> str:
        """Return the address under which a role reaches a database."""
        return f"postgresql://{role}:{password}@{HOST}:{self.port}/{database}"


def programs() -> Path:
    """Return the folder of PostgreSQL's programs, of the newest usable release."""
    majors = sorted(
        (int(path.name) for path in PROGRAMS.glob("[0-9]*") if path.name.isdigit()),
        reverse=True,
    )
    for major in majors:
        folder = PROGRAMS / str(major) / "bin"
        if major >= OLDEST_MAJOR and (folder / "initdb").exists():
            return folder
    raise StepError(
        f"no PostgreSQL {OLDEST_MAJOR} or later under {PROGRAMS}",
        "run `make run`, which installs it, or install Debian's package postgresql",
    )


def account() -> str | None:
    """Return the account that PostgreSQL runs under: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError as error:
        raise StepError(
            "the account `postgres` does not exist",
            "reinstall Debian's package postgresql-common",
        ) from error


def place(wanted: Path) -> Path:
    """Return where a cluster can lie, so that PostgreSQL's account reaches it.

    A clone under a folder that is closed to others, such as /root, cannot hold it;
    then it lies under /var/lib, in a folder named after the clone.
    """
    user = account()
    if user is None or _reaches(user, wanted.parent):
        return wanted
    mark = f"{zlib.crc32(str(wanted).encode()):08x}"
    elsewhere = Path("/var/lib/ckanext-sonla") / mark / wanted.name
    for folder in (elsewhere.parent.parent, elsewhere.parent):
        folder.mkdir(parents=True, exist_ok=True)
        # Whatever the caller's umask: others may pass through, and list nothing.
        folder.chmod(0o711)
    return elsewhere


def _reaches(user: str, folder: Path) -> bool:
    tried = subprocess.run(
        ["/usr/bin/test", "-x", str(folder)], check=False, **as_user(user)
    )
    return tried.returncode == 0


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, **as_user(account())
    )
    if done.returncode:
        raise StepError(
            f"{command[0]} said: {done.stderr.strip()[-600:]}",
            "repair what it says, then run the command again",
        )
