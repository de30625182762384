"""A live portal: web server and worker as processes, people in a real browser."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from ckan.tests import factories
from ckanext.sonla.feedback.vocabulary import KINDS
from ckanext.sonla.shared import clock, policy
from tests import plugins
from tests.factories import approval, catalogue, feedback, owed, portal

from .serving import (
    STARTING_SECONDS,
    TOKEN_SECRET,
    bury,
    free_port,
    settings,
    start,
    wait_for,
)
from .visitor import DESKTOP, PASSWORD, PHONE, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Playwright

    from tests.factories.approval import Office

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ENDS = ("done", "none")


@dataclass(frozen=True)
class Site:
    """The live portal: its address, and the people and entries in it."""

    address: str
    office: Office
    entry: str
    domain: str
    tokens: dict[str, str]
    # Entries that have no dataset yet.
    entries: list[str]
    # The operating office's operator.
    operator: str
    # Codes of feedback: one answered, one late.
    feedback: list[str]
    # Where SQLite files lie that sources may read.
    databases: Path

    def call(self, role: str, action: str, **data: Any) -> Any:
        """Call an action over HTTP as the agency's officer or leader."""
        answer = requests.post(
            f"{self.address}/api/3/action/{action}",
            json=data,
            headers={"Authorization": self.tokens[role]},
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def upload(
        self, package_id: str, content: bytes, filename: str = "truong.csv", **data: Any
    ) -> Any:
        """Let the officer upload a file to a draft; with `id` replace one."""
        action = "resource_update" if "id" in data else "resource_create"
        answer = requests.post(
            f"{self.address}/api/3/action/{action}",
            data={"package_id": package_id, **data},
            files={"upload": (filename, content)},
            headers={"Authorization": self.tokens["officer"]},
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def settle(self, package_id: str, *ends: str) -> None:
        """Wait until the worker has read a draft's files, or come to another end."""
        deadline = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < deadline:
            loads = self.call("officer", "sonla_load_list", package_id=package_id)
            if all(one["state"] in (ends or ENDS) for one in loads["results"]):
                return
            time.sleep(0.3)
        pytest.fail("The files were not read in time")


@pytest.fixture(scope="session")
def site(
    pytestconfig: pytest.Config,
    reset_db: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """Start web server and worker over empty databases with one agency."""
    with plugins.for_a_moment():
        reset_db()
        # Other tests leave jobs behind that nobody ran.
        tk.get_action("job_clear")({"ignore_auth": True}, {})
        people = _people()
    folder = tmp_path_factory.mktemp("portal")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    ini = settings(Path(str(pytestconfig.getoption("ckan_ini"))), folder, address)
    processes = [
        start(folder, ini, "web", "gunicorn", "--bind", f"127.0.0.1:{port}",
               "--workers", "2", "--threads", "4", "--preload",
               "deploy.local.wsgi:application"),
        start(folder, ini, "worker", "ckan", "-c", str(ini), "sonla", "worker"),
    ]  # fmt: skip
    try:
        wait_for(address, processes, folder)
        yield Site(address, databases=folder / "agencies", **people)
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            bury(process)


def _people() -> dict[str, Any]:
    office = approval.office(title="Sở Giáo dục và Đào tạo", agency_kind="department")
    center = catalogue.agency(
        name=policy.text("operating_office"), title="Sở Khoa học và Công nghệ"
    )
    operator = approval.appoint(center["id"], "operator")
    for name in (office.officer, office.leader, operator):
        user = model.User.get(name)
        assert user is not None
        user.password = PASSWORD
    model.Session.commit()
    domain = catalogue.domain(title="Giáo dục và Đào tạo")
    entry = catalogue.entry_in_force(
        code="GD-01",
        title="Trường tiểu học",
        lead_agency=office.name,
        domain=domain["name"],
        update_cycle="quarterly",
        formats=["CSV"],
        tables=[{"name": "truong", "title": "Trường tiểu học", "schema": SCHOOLS}],
    )
    further = [
        catalogue.entry_in_force(
            code=code,
            title=title,
            lead_agency=office.name,
            domain=domain["name"],
            update_cycle="quarterly",
            formats=["CSV"],
            tables=[{"name": "truong", "title": "Trường", "schema": SCHOOLS}],
        )["code"]
        for code, title in (("GD-02", "Trường theo xã"), ("GD-03", "Trường khác"))
    ]
    _owed(office, domain)
    # The server's processes sign with another key than the tests do.
    config["api_token.jwt.encode.secret"] = TOKEN_SECRET
    tokens = {
        "officer": factories.APIToken(user=office.officer)["token"],
        "leader": factories.APIToken(user=office.leader)["token"],
    }
    return {
        "office": office,
        "entry": entry["code"],
        "domain": domain["name"],
        "tokens": tokens,
        "entries": further,
        "operator": operator,
        "feedback": _asked(office),
    }


def _asked(office: Office) -> list[str]:
    """Let people have asked: one of each kind is open, one is answered, one late."""
    for kind in KINDS:
        feedback.received(office.id, kind=kind, entry_code="GD-01")
    answered = feedback.answered(office.id, text="Gọi tôi: 0987654321", supports=3)
    ago = clock.now() - timedelta(days=40)
    return [answered.code, feedback.received(office.id, ago, row_id=7).code]


def _owed(office: Office, domain: dict[str, Any]) -> None:
    """Let agencies owe what they owe, and freeze some quarters."""
    titles = ("Sở Xây dựng", "Sở Nông nghiệp và Môi trường", "Phường Chiềng Sinh",
              "Xã Yên Châu", "Thuế tỉnh Sơn La")  # fmt: skip
    kinds = ("department", "department", "commune", "commune", "central_branch")
    others = [
        catalogue.agency(title=title, agency_kind=kind)["id"]
        for title, kind in zip(titles, kinds, strict=True)
    ]
    owed.province([office.id, *others], domain["id"])
    owed.changed(office.id, "GD-02", "Trường theo xã", days_ago=5)
    for of, object_id in (("domain", domain["id"]), ("entry", "GD-01")):
        owed.frozen(of, object_id)


SCHOOLS: dict[str, Any] = {
    "fields": [
        {"name": "ma", "title": "Mã trường", "type": "string",
         "constraints": {"required": True, "unique": True}},
        {"name": "ten", "title": "Tên trường", "type": "string",
         "constraints": {"required": True}},
        {"name": "xa", "title": "Xã, phường", "type": "string"},
        {"name": "so_hoc_sinh", "title": "Số học sinh", "type": "integer",
         "constraints": {"minimum": 0}},
    ],
    "primaryKey": ["ma"],
}  # fmt: skip


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's own Chromium, headless and quiet."""
    browser = playwright.chromium.launch(
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=QUIET
    )
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def officer(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """The officer at her desk."""
    visitor = Visitor(chromium, site, viewport=DESKTOP)
    yield visitor.log_in(site.office.officer)
    visitor.context.close()


@pytest.fixture(scope="module")
def leader(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """The leader on a phone whose browser runs no script."""
    visitor = Visitor(chromium, site, viewport=PHONE, java_script_enabled=False)
    yield visitor.log_in(site.office.leader)
    visitor.context.close()


@pytest.fixture(scope="module")
def stranger(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """Somebody without an account."""
    visitor = Visitor(chromium, site, viewport=PHONE)
    yield visitor
    visitor.context.close()


def schools(first: int, count: int, pupils: int) -> bytes:
    """Return the bytes of a CSV of schools, all with the same number of pupils."""
    lines = ["ma,ten,xa,so_hoc_sinh"]
    lines += [
        f"TH{number:05},Trường tiểu học số {number},Phường Tô Hiệu,{pupils}"
        for number in range(first, first + count)
    ]
    return ("\n".join(lines) + "\n").encode()


__all__ = ["Site", "portal", "schools"]
