"""A second CKAN, a real one: what it publishes comes by its own Action API and files.

A web process of its own answers at an address of its own, and knows no more of who
asks than any CKAN does: an address, and perhaps a token.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ckan.tests import factories
from ckanext.sonla.harvesting.runs.model import HarvestRun
from tests.e2e import serving
from tests.factories import approval

from . import catalogues as of
from . import running
from .test_secrets_of_runs import answers, both_dumps, files, queue, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.factories.approval import Office

NAME = "cho-dan-sinh"
LISTS = "/api/3/action/package_search"


@dataclass(frozen=True)
class Second:
    """The second CKAN: where it answers, and what it was asked."""

    address: str
    log: Path

    def asked(self) -> list[tuple[str, str]]:
        """Return what it was asked for lists and files: paths, and with which token."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        pairs = [tuple(line.split(" ", 1)) for line in lines]
        return [(p, t) for p, t in pairs if p == LISTS or "/download/" in p]


@dataclass(frozen=True)
class Published:
    """What an agency has published there."""

    office: Office
    dataset_id: str

    def rows(self) -> list[dict[str, Any]]:
        """Return the table as a stranger reads it there."""
        return rows(self.dataset_id)

    def update(self, content: str, **values: Any) -> None:
        """Let the agency's two people publish another file and other words."""
        act, officer = approval.act, self.office.officer
        opened = act(officer, "sonla_revision_open", dataset_id=self.dataset_id)
        package_id = opened["package_id"]
        act(officer, "package_patch", id=package_id, **values)
        (resource,) = approval.show(package_id)["resources"]
        upload(self.office, package_id, content, id=resource["id"])
        approval.approve(self.office, approval.submit(self.office, opened))


@pytest.fixture(scope="module")
def server(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Second]:
    """Start a CKAN as a process, over the databases of the tests."""
    folder = tmp_path_factory.mktemp("second")
    port = serving.free_port()
    found = Second(f"http://127.0.0.1:{port}", folder / "asked")
    tests = Path(str(pytestconfig.getoption("ckan_ini")))
    ini = serving.settings(tests, folder, found.address)
    process = serving.start(
        *(folder, ini, "web", "gunicorn", "--bind", f"127.0.0.1:{port}"),
        *("--workers", "1", "--threads", "4"),
        "tests.harvesting.second_ckan:application",
    )
    try:
        serving.wait_for(found.address, [process], folder)
        yield found
    finally:
        process.terminate()
        serving.bury(process)


@pytest.fixture
def second(
    server: Second, staff: Any, at_home: None, ckan_config: Any, monkeypatch: Any
) -> Second:
    """Return the second CKAN, whose people sign with its own key."""
    monkeypatch.setitem(ckan_config, "ckan.site_url", server.address)
    for way in ("encode", "decode"):
        name = f"api_token.jwt.{way}.secret"
        monkeypatch.setitem(ckan_config, name, serving.TOKEN_SECRET)
    return server


@pytest.fixture
def published(second: Second) -> Published:
    """Let an agency publish a dataset with a file at the second CKAN."""
    office = approval.office(name="so-cong-thuong", title="Sở Công Thương")
    of.entries("CT-1", lead_agency=office.name)
    of.entries("DL-1")
    draft = approval.draft(
        office, name=NAME, title="Chợ dân sinh", catalogue_entry="CT-1", file=None
    )
    upload(office, draft["package_id"], of.ROWS)
    revision = approval.approve(office, approval.submit(office, draft))
    return Published(office, revision["dataset_id"])


def upload(office: Office, package_id: str, content: str, **values: Any) -> None:
    named = {"name": "Danh sách chợ", "format": "CSV", "filename": "cho.csv"}
    approval.upload(office, package_id, content.encode(), **named, **values)


def rows(dataset_id: str) -> list[dict[str, Any]]:
    """Return a dataset's one table as a stranger reads it."""
    (resource,) = approval.act(None, "package_show", id=dataset_id)["resources"]
    return approval.rows(None, resource["id"])


def source(second: Second, published: Published, **config: Any) -> dict[str, Any]:
    """Let the officer of another agency make a source of it."""
    told = {"entries": {NAME: "DL-1"}, "organizations": [published.office.name]}
    return of.source(second.address, {**told, **config})


def downloads(second: Second) -> int:
    return sum(path != LISTS for path, _ in second.asked())


def test_what_a_second_ckan_publishes_is_taken_over_by_the_leaders_approval(
    second: Second, published: Published
):
    made = source(second, published)
    first = running.run(made["id"])
    assert (first["outcome"], of.counts(first)) == ("submitted", [1, 1, 0, 0, 0, 0])
    item = of.told(made["id"])[NAME]
    assert item["guid"] == published.dataset_id != item["dataset_id"]
    assert approval.refusal(None, "package_show", id=item["dataset_id"]) == "403"
    approval.approve(running.office(), of.revision(item))
    assert rows(item["dataset_id"]) == published.rows()
    assert [row["ten"] for row in published.rows()] == ["Mường La", "Mộc Châu"]

    # The CKAN says itself that its file is the same: it is not asked for it again.
    before = downloads(second)
    again = running.run(made["id"])
    assert (again["outcome"], of.counts(again)) == ("unchanged", [1, 0, 0, 1, 0, 0])
    assert downloads(second) == before == 1

    published.update(of.ROWS.replace("Mộc", "Mai") + "3,Sông Mã\n", title="Chợ xã")
    third = running.run(made["id"])
    assert (third["outcome"], of.counts(third)) == ("submitted", [1, 0, 1, 0, 0, 0])
    assert len(rows(item["dataset_id"])) == 2
    approval.approve(running.office(), of.revision(of.told(made["id"])[NAME]))
    assert approval.show(item["dataset_id"])["title"] == "Chợ xã"
    assert rows(item["dataset_id"]) == published.rows()
    assert [row["ten"] for row in published.rows()][1:] == ["Mai Châu", "Sông Mã"]
    assert {token for _, token in second.asked()} == {"-"}


def test_a_token_opens_the_second_ckan_and_is_told_nowhere(
    app: Any,
    key_file: Any,
    second: Second,
    published: Published,
    caplog: Any,
):
    caplog.set_level(logging.DEBUG)
    user = published.office.officer
    token = factories.APIToken(user=user)["token"]
    auth = {"type": "api_token", "token": token}
    made = source(second, published, auth=auth)
    before = len(second.asked())
    tried = approval.act("cb-yte", "sonla_harvest_test", source_id=made["id"])
    found = running.run(made["id"])
    assert (tried["ok"], found["outcome"]) == (True, "submitted"), (tried, found)
    asked = second.asked()[before:]
    assert {path.rpartition("/")[2] for path, _ in asked} == {
        "package_search",
        "cho.csv",
    }
    assert {sent for _, sent in asked} == {token}
    # It was this account's, by the word of the CKAN that was asked.
    (kept,) = approval.act(user, "api_token_list", user_id=user)
    assert kept["last_access"]

    item = of.told(made["id"])[NAME]
    run: Any = HarvestRun.get(found["id"])
    of_run = {"job_id": run.job_id, "revision_id": item["revision_id"]}
    of_run["object_id"] = run.object_id
    texts = [
        *(caplog.text, str(made), str(tried), str(found), str(item)),
        *(*queue(), *files(), *both_dumps()),
        *(text for who in ("cb-yte", None) for text in answers(app, who, made, of_run)),
    ]
    told = [text[:80] for text in texts for form in written(token) if form in text]
    assert told == []
    assert len(texts) > 60
