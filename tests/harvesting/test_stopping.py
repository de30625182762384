# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""A run that waits or goes on is stopped, by whom it may be, and really ends."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from ckan import model
from ckanext.harvest.model import HarvestJob
from ckanext.sonla.harvesting.runs import schedule, spool, working
from ckanext.sonla.harvesting.runs.model import HarvestRun
from ckanext.sonla.shared import clock, jobs
from ckanext.sonla.shared.worker import Worker
from tests.approval import crashes
from tests.factories import approval

from . import running
from .faults.fault import asked
from .test_runs import ROWS, give
from .test_source_pages import Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Site

PATIENCE = 20


@pytest.fixture
def source(staff: dict[str, str], site: Site) -> dict[str, Any]:
    """Return a source whose pages never end."""
    running.dataset()
    endless(site)
    config = {"paging": {"type": "page"}, "schedule": "30 1 * * *"}
    return running.source(f"{site.address}/rows", config)


def endless(site: Site) -> None:
    def answer(handler: Any) -> None:
        time.sleep(0.02)
        rows = [{**ROWS[0], "id": int(asked(handler)["page"])}]
        handler.reply(200, json.dumps(rows).encode())

    site.answers["/rows"] = answer


def two_pages(site: Site) -> None:
    def answer(handler: Any) -> None:
        rows = ROWS if asked(handler)["page"] == "1" else []
        handler.reply(200, json.dumps(rows).encode())

    site.answers["/rows"] = answer


def silent(site: Site) -> None:
    """Let the second page take longer than anybody waits."""

    def answer(handler: Any) -> None:
        if asked(handler)["page"] != "1":
            time.sleep(PATIENCE)
        handler.reply(200, json.dumps(ROWS[:1]).encode())

    site.answers["/rows"] = answer


def elsewhere(what: Callable[[], object]) -> int:
    """Do something in a process of its own, and return its id."""
    model.Session.remove()
    child = os.fork()
    if child:
        return child
    try:
        crashes.forget_connections(close=False)
        what()
    finally:
        os._exit(0)


def until(done: Callable[[], Any]) -> Any:
    """Wait for something, and return it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        model.Session.remove()
        if found := done():
            return found
        time.sleep(0.05)
    raise AssertionError(done)


def ended(child: int) -> bool:
    return os.waitpid(child, os.WNOHANG)[0] == child


def stop(source: dict[str, Any], user: str = "cb-yte") -> dict[str, Any]:
    return approval.act(user, "harvest_job_abort", source_id=source["id"])


def test_a_process_that_reads_without_end_is_stopped(source: Any, site: Site):
    running.ask(source["id"])
    run_id = HarvestRun.open_of(source["id"]).id
    child = elsewhere(lambda: working.work(run_id))
    until(lambda: HarvestRun.get(run_id).pages > 2)
    assert stop(source)["status"] == "Finished"
    found = running.last(source["id"])
    assert (found["state"], found["outcome"]) == ("ended", "stopped")
    assert found["reasons"][0]["code"] == "stopped_by_officer"
    assert "officer" in found["reasons"][0]["sentence"]
    # Asked for at once, the next one begins as soon as the process has noticed.
    running.ask(source["id"])
    until(lambda: ended(child))
    requests = len(site.asked)
    time.sleep(0.2)
    assert len(site.asked) == requests
    assert not list(spool.folder().glob(f"{run_id}*"))
    assert running.last(source["id"])["state"] == "waiting"
    two_pages(site)
    again = running.work(source["id"])
    assert (again["outcome"], again["read"]) == ("submitted", 20)
    assert running.ledger(source["id"])[1]["outcome"] == "stopped"
    statuses = {job.status for job in model.Session.query(HarvestJob)}
    assert statuses == {"Finished"}


def test_a_worker_that_waits_for_the_source_is_not_waited_for(source: Any, site: Site):
    """Its process is killed, in the middle of an answer."""
    silent(site)
    running.ask(source["id"])
    run_id = HarvestRun.open_of(source["id"]).id
    child = elsewhere(lambda: Worker([jobs.LONG]).work(burst=True))
    until(lambda: HarvestRun.get(run_id).pages == 1 and len(site.asked) == 2)
    began = time.monotonic()
    stop(source, "van-hanh")
    until(lambda: ended(child))
    assert time.monotonic() - began < PATIENCE / 2
    found = running.last(source["id"])
    assert found["outcome"] == "stopped"
    assert found["reasons"][0]["code"] == "stopped_by_operator"
    running.recover(source["id"])
    assert running.last(source["id"]) == found
    two_pages(site)
    assert running.run(source["id"])["outcome"] == "submitted"


def test_who_may_run_a_source_may_stop_it_and_nobody_else(
    source: Any, staff: Any, site: Site
):
    running.ask(source["id"])
    job_id = HarvestRun.open_of(source["id"]).job_id
    for user in ("ld-yte", staff["auditor"], staff["office_leader"], None):
        for asked_ in ({"source_id": source["id"]}, {"id": job_id}):
            assert approval.refusal(user, "harvest_job_abort", **asked_) == "403"
    assert running.last(source["id"])["state"] == "waiting"
    found = approval.act(staff["operator"], "harvest_job_abort", id=job_id)
    assert (found["id"], found["status"]) == (job_id, "Finished")
    # Nothing was asked, and the worker that comes for it finds nothing to do.
    working.work(running.last(source["id"])["id"])
    assert site.asked == []
    # What has ended stays as it ended.
    before = running.last(source["id"])
    stop(source)
    assert running.last(source["id"]) == before
    # It is no failure: the schedule goes on as it is, and nobody is warned.
    assert schedule.due(clock.now() + schedule.FIRST_WAIT * 2) == []


def test_what_is_on_its_way_to_the_leader_is_let_go_on(source: Any, site: Site):
    two_pages(site)
    running.ask(source["id"])
    run_id = HarvestRun.open_of(source["id"]).id
    assert crashes.killed_at("sent", lambda: working.work(run_id))
    assert stop(source)["status"] == "Running"
    running.recover(source["id"])
    assert running.work(source["id"])["outcome"] == "submitted"


def test_what_it_had_drafted_is_filled_anew_by_the_next_run(source: Any, site: Site):
    two_pages(site)
    running.approve(running.run(source["id"]))
    give(site, [])
    rows = [{**ROWS[0], "dest": "Hà Nội"}, *ROWS[1:]]

    def changed(handler: Any) -> None:
        told = rows if asked(handler)["page"] == "1" else []
        handler.reply(200, json.dumps(told).encode())

    site.answers["/rows"] = changed
    running.ask(source["id"])
    run_id = HarvestRun.open_of(source["id"]).id
    assert crashes.killed_at("rows_loaded", lambda: working.work(run_id))
    assert stop(source)["status"] == "Finished"
    found = running.run(source["id"])
    assert (found["outcome"], found["updated"]) == ("submitted", 1)
    assert found["revision_id"] == running.ledger(source["id"])[1]["revision_id"]


def test_its_page_has_the_button_and_says_who_stopped_it(app: Any, source: Any):
    running.ask(source["id"])
    page = f"/harvesting/{source['name']}/runs"
    officer, leader = Reader(app, "cb-yte"), Reader(app, "ld-yte")
    assert "Stop this run" in officer.get(page)
    assert "Stop this run" not in leader.get(page)
    leader.post(f"{page}/stop", 403)
    assert running.last(source["id"])["state"] == "waiting"
    officer.post(f"{page}/stop")
    shown = app.get(f"/vi{page}", headers=leader.headers).body
    assert "Đã dừng" in shown
    assert "Cán bộ tổng hợp" in shown
    assert "cb-yte" not in shown
    # ckanext-harvest's own link does no more than that.
    job = running.last(source["id"])
    app.get(
        f"/harvest/{source['name']}/job/{HarvestRun.get(job['id']).job_id}/abort",
        headers=officer.headers,
    )
    assert running.last(source["id"]) == job
