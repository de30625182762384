"""A harvest that takes long keeps no officer's upload waiting."""

from __future__ import annotations

import io
import json
import os
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.datastructures import FileStorage

from ckan import model
from ckan.lib.jobs import get_queue
from ckanext.sonla.shared import jobs
from ckanext.sonla.shared.worker import Worker
from tests.factories import approval
from tests.obligations.test_at_once import forget_connections

from . import running

if TYPE_CHECKING:
    from .conftest import Site

CSV = b"ma,hang\n1,VN\n2,VJ\n"
ROW = {"id": 1, "carrier": "VN", "dest": None, "distance": 2, "time_hour": None}


@pytest.fixture(autouse=True)
def queues(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty queues, whose jobs' processes have no need to load CKAN anew here."""
    monkeypatch.setattr("ckan.lib.jobs.load_environment", lambda _config: None)
    for name in jobs.QUEUES:
        get_queue(name).empty()


def worker_of(queue: str) -> int:
    """Let a worker of its own process do what waits in a queue; return its process."""
    model.Session.remove()
    process = os.fork()
    if process == 0:
        try:
            forget_connections(close=False)
            Worker([queue]).work(burst=True)
        finally:
            os._exit(0)
    return process


def upload(package_id: str) -> str:
    """Let the officer upload a file; return its id."""
    file = FileStorage(io.BytesIO(CSV), "truong.csv", content_type="text/csv")
    told = {"package_id": package_id, "format": "CSV", "upload": file}
    return approval.act("cb-yte", "resource_create", url="truong.csv", **told)["id"]


def state_of(resource_id: str) -> str:
    return approval.act("cb-yte", "sonla_load_show", resource_id=resource_id)["state"]


def test_an_upload_is_loaded_while_a_harvest_runs(staff: dict[str, str], site: Site):
    running.dataset()
    uploaded_to = approval.draft(running.office(), file=None)["package_id"]
    goes_on = threading.Event()

    def slow(handler: Any) -> None:
        goes_on.wait(30)
        handler.reply(200, json.dumps([ROW]).encode())

    site.answers["/rows"] = slow
    source = running.source(f"{site.address}/rows", {})
    running.ask(source["id"])
    harvests = worker_of(jobs.LONG)
    try:
        until = time.monotonic() + 20
        while not site.asked and time.monotonic() < until:
            time.sleep(0.02)
        assert site.asked, "the harvest is under way"
        resource = upload(uploaded_to)
        os.waitpid(worker_of(jobs.QUICK), 0)
        model.Session.rollback()
        assert state_of(resource) == "done"
        assert running.ledger(source["id"])[0]["state"] == "running"
    finally:
        goes_on.set()
        os.waitpid(harvests, 0)
        forget_connections(close=True)
    model.Session.rollback()
    assert running.last(source["id"])["outcome"] == "submitted"
    assert get_queue(jobs.QUICK).count == 0, "its own load kept nobody waiting either"


def test_one_worker_does_both(staff: dict[str, str], site: Site):
    running.dataset()
    uploaded_to = approval.draft(running.office(), file=None)["package_id"]
    site.answers["/rows"] = lambda handler: handler.reply(
        200, json.dumps([ROW]).encode()
    )
    source = running.source(f"{site.address}/rows", {})
    running.ask(source["id"])
    resource = upload(uploaded_to)
    Worker(jobs.QUEUES).work(burst=True)
    model.Session.rollback()
    assert state_of(resource) == "done"
    assert running.last(source["id"])["outcome"] == "submitted"
