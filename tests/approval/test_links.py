# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Links are tried, and no link leads the portal into its own network."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from ckanext.sonla.shared import web
from tests.factories import approval as make

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


class Site(BaseHTTPRequestHandler):
    """A site with good pages, bad ones and traps."""

    asked: list[tuple[str, str]] = []  # noqa: RUF012 - of the whole server

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        self.asked.append((self.command, self.path))
        status = {"/gone": 404, "/moved": 302, "/round": 302, "/inside": 302}
        if self.path == "/no-head" and self.command == "HEAD":
            self.send_response(405)
        else:
            self.send_response(status.get(self.path, 200))
        goals = {
            "/moved": "/good",
            "/round": "/round",
            "/inside": "http://169.254.169.254/latest/meta-data/",
        }
        if self.path in goals:
            self.send_header("Location", goals[self.path])
        if self.path == "/drip":
            self.end_headers()
            for _ in range(100):
                self.wfile.write(b"x")
                time.sleep(0.2)
            return
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"x" * 100_000)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's
        """Say nothing."""


@pytest.fixture
def site(ckan_config, monkeypatch) -> Iterator[str]:
    """A running site that the portal may ask, and its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Site.asked.clear()
    monkeypatch.setitem(ckan_config, "sonla.policy.check_links", True)
    monkeypatch.setitem(ckan_config, "sonla.web.private_hosts", "127.0.0.1")
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def found(url: str = "", **values: Any) -> list[dict[str, Any]]:
    """Return what is found of a draft with a linked file, or a description."""
    office = make.office()
    revision = make.draft(office, **values)
    if url:
        make.act(
            office.officer,
            "resource_create",
            package_id=revision["package_id"],
            name="Liên kết",
            url=url,
        )
    answer = make.act(office.officer, "sonla_revision_check", id=revision["id"])
    return [one for one in answer["findings"] if one["rule"].startswith("link")]


@pytest.mark.parametrize("path", ["/good", "/moved", "/no-head", "/tiếng-việt.csv"])
def test_a_link_that_works_is_not_mentioned(site, path):
    assert found(site + path) == []


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/gone", "link.broken"),
        ("/round", "link.unreachable"),
        ("/inside", "link.private"),
    ],
)
def test_a_linked_file_that_cannot_be_read_needs_a_reason(site, path, rule):
    (finding,) = found(site + path)
    assert (finding["rule"], finding["severity"]) == (rule, "needs_reason")
    assert site + path in finding["sentence"]
    assert finding["field"] == "url"


def test_a_broken_link_in_the_description_is_remarked(site):
    (finding,) = found(notes=f"Xem [văn bản]({site}/gone).")
    assert (finding["field"], finding["severity"]) == ("notes", "informs")


def test_only_the_head_is_asked_and_few_bytes_otherwise(site):
    found(site + "/good")
    assert {method for method, _ in Site.asked} == {"HEAD"}


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:5432/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.1.1/admin",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://100.64.0.1/",
        "http://[64:ff9b::7f00:1]/",
        "http://224.0.0.1/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "http://user:secret@example.org/",
    ],
)
def test_the_portal_asks_nobody_inside_its_own_network(url):
    with pytest.raises((web.Refused, web.Unreachable)) as error:
        web.ask("GET", url, seconds=2)
    assert error.type is web.Refused


def test_a_slow_drip_does_not_hold_the_portal(site):
    started = time.monotonic()
    with pytest.raises(web.Unreachable):
        web.ask("GET", site + "/drip", seconds=1)
    assert time.monotonic() - started < 10


def test_the_answer_is_read_only_so_far(site):
    assert len(web.ask("GET", site + "/good", most_bytes=1000).body) == 1000


def test_a_submit_keeps_no_lock_while_links_are_tried(site, monkeypatch):
    """Somebody else may write in the dataset while a slow server is asked."""
    from ckan import model
    from ckanext.sonla.approval.checks import links

    idle = []
    asked = links._try

    def remember(url):
        with model.meta.engine.connect() as other:
            idle.append(
                other.exec_driver_sql(
                    "SELECT count(*) FROM pg_locks"
                    " WHERE mode IN ('RowExclusiveLock', 'RowShareLock') AND granted"
                ).scalar()
            )
        return asked(url)

    monkeypatch.setattr(links, "_try", remember)
    office = make.office()
    revision = make.draft(office, notes=f"Xem {site}/good")
    make.submit(office, revision)
    assert idle == [0]
