# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Processes that begin at the same instant: one does the run, and asks once."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.harvest.model import HarvestJob
from ckanext.sonla.harvesting.runs import schedule, tasks, working
from ckanext.sonla.harvesting.runs.model import HarvestRun
from ckanext.sonla.shared import clock
from tests.approval import crashes
from tests.factories import approval

from . import running
from .test_runs import ROWS, give

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Site

TIMES = 5
DONE, REFUSED, BROKEN = 0, 1, 2


def at_once(what: Callable[[], object], processes: int = 2) -> list[int]:
    """Do something in several processes at the same instant.

    Returns:
        How each ended: `DONE`, `REFUSED` (in words), or `BROKEN`.
    """
    model.Session.remove()
    ready, go = os.pipe(), os.pipe()
    children = []
    for _ in range(processes):
        child = os.fork()
        if child == 0:
            os.close(go[1])
            _end(what, ready[1], go[0])
        children.append(child)
    os.close(go[0])
    for _ in children:
        os.read(ready[0], 1)
    # All wait at the gate: opened for all at once, as nobody can write any more.
    os.close(go[1])
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    for end in ready:
        os.close(end)
    crashes.forget_connections(close=True)
    return sorted(ends)


def _end(what: Callable[[], object], ready: int, gate: int) -> None:
    """Never return: a forked test must not go on as a second test run."""
    told = BROKEN
    try:
        crashes.forget_connections(close=False)
        with model.ensure_engine().connect():
            os.write(ready, b".")
            os.read(gate, 1)
        what()
        told = DONE
    except tk.ValidationError:
        told = REFUSED
    finally:
        os._exit(told)


@pytest.fixture
def source(staff: dict[str, str], site: Site) -> dict[str, Any]:
    running.dataset()
    give(site, ROWS)
    made = running.source(f"{site.address}/rows", {"schedule": "30 1 * * *"})
    running.approve(running.run(made["id"]))
    return made


def slow(site: Site) -> None:
    """Let the source think, so that a second reader would be seen."""
    give(site, ROWS)
    quick = site.answers["/rows"]

    def answer(handler: Any) -> None:
        time.sleep(0.05)
        quick(handler)

    site.answers["/rows"] = answer


def test_two_workers_take_up_the_same_run_and_one_does_it(source: Any, site: Site):
    slow(site)
    for number in range(2, 2 + TIMES):
        running.ask(source["id"])
        run_id = HarvestRun.open_of(source["id"]).id
        site.asked.clear()
        assert at_once(lambda: working.work(run_id)) == [DONE, DONE]  # noqa: B023 - at once
        model.Session.remove()
        found = running.last(source["id"])
        assert (found["outcome"], found["read"]) == ("unchanged", 20)
        assert len(site.asked) == found["requests"] == 1
        assert len(running.ledger(source["id"])) == number
    # What they would have brought, had it been new: one revision, not two.
    give(site, ROWS[1:])
    running.ask(source["id"])
    run_id = HarvestRun.open_of(source["id"]).id
    assert at_once(lambda: working.work(run_id), 3) == [DONE] * 3
    model.Session.remove()
    assert running.last(source["id"])["outcome"] == "submitted"
    ask = {"dataset_id": "chuyen-bay"}
    assert approval.act("cb-yte", "sonla_revision_list", **ask)["count"] == 2


def jobs() -> list[str]:
    model.Session.remove()
    return [str(job.status) for job in model.Session.query(HarvestJob)]


def test_two_people_ask_for_a_run_and_one_gets_it(source: Any):
    for number in range(2, 2 + TIMES):
        assert at_once(lambda: running.ask(source["id"])) == [DONE, REFUSED]
        assert len(running.ledger(source["id"])) == number
        running.work(source["id"])
        # Whoever came too late may have a job too, which brings nothing.
        assert set(jobs()) == {"Finished"}


def test_two_ticks_start_a_source_once(source: Any, monkeypatch: Any):
    tomorrow = clock.now()
    for number in range(2, 2 + TIMES):
        tomorrow += 2 * schedule.LONGEST_WAIT
        with monkeypatch.context() as patched:
            patched.setattr(clock, "now", lambda: tomorrow)  # noqa: B023 - at once
            assert at_once(tasks.runs) == [DONE, DONE]
        assert len(running.ledger(source["id"])) == number
        found = running.work(source["id"])
        assert (found["outcome"], found["cause"]) == ("unchanged", "scheduled")
        # Whoever came too late may have a job too, which brings nothing.
        assert set(jobs()) == {"Finished"}
