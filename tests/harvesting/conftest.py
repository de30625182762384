"""Sources to harvest, each a real one on the machine itself."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from ckan import model
from ckan.common import config as settings
from ckan.tests.helpers import call_action
from ckanext.sonla.harvesting.limits import Limits
from tests.factories import agencies as make

from . import peers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Short, so that a test of a slow source is not slow itself.
LIMITS = Limits(
    rows=1_000_000,
    pages=500,
    page_rows=1_000,
    bytes=50_000_000,
    page_bytes=5_000_000,
    seconds=60,
    answer_seconds=1.0,
    silent_seconds=0.5,
    attempts=3,
    first_wait=0.01,
    longest_wait=0.2,
)
OWNED = {"owner": "Sở Giao thông vận tải", "contact": "0212 3852 001"}


class Site(ThreadingHTTPServer):
    """A server that answers as a test says, and notes what it was asked.

    `answers` are by path: a function of the handler, which writes the whole answer.
    """

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answers: dict[str, Callable[[Any], None]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        answer = self.server.answers.get(self.path.partition("?")[0])
        if answer is None:
            self.reply(404, b"")
        else:
            answer(self)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length).decode()
        self.do_GET()

    def reply(
        self, status: int, body: bytes, kind: str = "application/json", **headers: str
    ) -> None:
        """Answer; `ETag="x"`, `Retry_After="1"` and so on are headers."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's
        """Say nothing."""


@contextmanager
def open_site(port: int = 0) -> Iterator[Site]:
    """Let a server answer, until the tests are done with it."""
    server = Site(port)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def at_home(ckan_config: Any, with_plugins: None, monkeypatch: Any) -> None:
    """Let sources be on the machine itself, as an operator may."""
    monkeypatch.setitem(ckan_config, "sonla.web.private_hosts", "127.0.0.1 localhost")


@pytest.fixture
def site(at_home: None) -> Iterator[Site]:
    """Return a running server that the portal may ask."""
    with open_site() as server:
        yield server


@pytest.fixture(scope="package")
def folder(tmp_path_factory: Any) -> Path:
    """Return the folder of agencies' databases."""
    return tmp_path_factory.mktemp("sources")


@pytest.fixture(scope="package")
def flights(folder: Path) -> Path:
    """Return an SQLite database of all flights."""
    path = folder / "flights.db"
    peers.make_flights(path)
    return path


@pytest.fixture
def files(folder: Path, flights: Path, ckan_config: Any, monkeypatch: Any) -> None:
    """Let sources be SQLite files of the folder."""
    monkeypatch.setitem(ckan_config, "sonla.harvesting.sqlite_folder", str(folder))


@pytest.fixture(scope="package")
def mariadb(folder: Path) -> Iterator[dict[str, Any]]:
    """Return how to reach a MariaDB of the tests' own."""
    with peers.mariadb(folder) as found:
        yield found


@pytest.fixture(scope="package")
def postgresql() -> Iterator[dict[str, Any]]:
    """Return how to reach a schema of the tests' own PostgreSQL."""
    url = sa.make_url(settings["sqlalchemy.url"])
    connection = psycopg2.connect(url.render_as_string(hide_password=False))
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("DROP SCHEMA IF EXISTS co_quan CASCADE; CREATE SCHEMA co_quan")
    yield {
        "url": f"postgresql://{url.host}:{url.port}/{url.database}",
        "user": url.username,
        "password": url.password,
        "cursor": cursor,
    }
    cursor.execute("DROP SCHEMA co_quan CASCADE")
    connection.close()


def fill(peer: dict[str, Any], run: Any) -> None:
    """Make a table with what a type has no room for in Python."""
    is_mysql = "as_root" in peer
    zero = "0000-00-00" if is_mysql else "0001-01-01 BC"
    schema = "" if is_mysql else "co_quan."
    if is_mysql:
        run("SET SESSION sql_mode = ''")
    run(f"DROP TABLE IF EXISTS {schema}xe")
    kind = "DATETIME" if is_mysql else "TIMESTAMP"
    run(
        f"CREATE TABLE {schema}xe (ma INT, nhom INT, ngay DATE, luc {kind},"
        " so DECIMAL(38,10), ten VARCHAR(50), PRIMARY KEY (nhom, ma))"
    )
    for number in range(1, 51):
        run(
            f"INSERT INTO {schema}xe VALUES ({number}, {number % 3},"  # noqa: S608 - ours
            f" '{zero if number == 1 else '9999-12-31'}', '2026-01-{number % 28 + 1:02}"
            f" 10:00:00', 9999999999999999999999999999.0000000001, 'Ô tô 100% :x')"
        )


@pytest.fixture(params=["mariadb", "postgresql"])
def server(request: pytest.FixtureRequest) -> tuple[dict[str, Any], str]:
    """Return a database server with a table, and the table's name."""
    peer = request.getfixturevalue(request.param)
    if request.param == "postgresql":
        fill(peer, peer["cursor"].execute)
        return peer, "co_quan.xe"
    with peer["as_root"]() as connection, connection.cursor() as cursor:
        fill(peer, cursor.execute)
    return peer, "xe"


@pytest.fixture
def impatient(ckan_config: Any, monkeypatch: Any) -> None:
    """Give a source up after two requests."""
    monkeypatch.setitem(ckan_config, "sonla.harvesting.attempts", 2)
    monkeypatch.setitem(ckan_config, "sonla.harvesting.first_wait", 0.01)


@pytest.fixture
def key_file(tmp_path: Any, ckan_config: Any, monkeypatch: Any) -> Any:
    """Give the portal a key for secrets, as `make run` does."""
    path = tmp_path / "harvest.key"
    path.write_bytes(Fernet.generate_key() + b"\n")
    monkeypatch.setitem(ckan_config, "sonla.harvesting.key_file", str(path))
    return path


@pytest.fixture
def staff(clean_db: None, with_plugins: None) -> dict[str, str]:
    """Return the names of an agency's accounts and of the office's."""
    return make.staff()


def agency_id(name: str = "so-y-te") -> str:
    """Return an agency's id."""
    found: Any = model.Group.get(name)
    return found.id


def make_source(user: str, **values: Any) -> dict[str, Any]:
    """Make a source as somebody, with authorization."""
    config = values.pop("config", OWNED)
    context = {"user": user, "ignore_auth": False}
    return call_action(
        "harvest_source_create",
        context,
        **{
            "title": "Đăng kiểm",
            "name": "dang-kiem",
            "url": "http://127.0.0.1:8001/rows",
            "source_type": "sonla_rest",
            "owner_org": values.pop("owner_org", None) or agency_id(),
            "frequency": "MANUAL",
            "config": config if isinstance(config, str) else json.dumps(config),
            **values,
        },
    )
