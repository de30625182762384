"""A worker outlives a job whose process can't start."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ckan.lib import jobs
from ckanext.sonla.shared.jobs import LONG, QUEUES, QUICK, ask
from ckanext.sonla.shared.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rq import Queue

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def _nothing(_about: str = "") -> None:
    """Do nothing: the job itself is not what fails."""


def _ask_for_more(about: str) -> None:
    """Ask for what follows, as a harvest does for the load of its file."""
    ask(_nothing, about, title="Load", seconds=60)


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Queue]]:
    """Both queues, empty; a job's process has no need to load CKAN anew here."""
    monkeypatch.setattr("ckan.lib.jobs.load_environment", lambda _config: None)
    found = [jobs.get_queue(name) for name in QUEUES]
    for queue in found:
        queue.empty()
    yield found
    for queue in found:
        queue.empty()


def test_one_worker_for_all_takes_first_what_somebody_waits_for(queues: list[Queue]):
    quick, long = queues
    ask(_nothing, "harvest", title="Harvest", seconds=60, queue=LONG)
    ask(_nothing, "upload", title="Load", seconds=60)
    Worker(QUEUES).work(burst=True, max_jobs=1)
    assert (quick.count, long.count) == (0, 1)
    Worker(QUEUES).work(burst=True)
    assert long.count == 0


def test_behind_a_long_job_each_waits_once_however_often_it_is_asked_for(
    queues: list[Queue],
):
    _, long = queues
    for _ in range(3):
        for about in ("one source", "another"):
            assert ask(_nothing, about, title="Harvest", seconds=60, queue=LONG)
    ask(_ask_for_more, "another", title="Load", seconds=60, queue=LONG)
    assert [job.args[0] for job in long.get_jobs()] == [
        "one source",
        "another",
        "another",
    ]


def test_what_a_long_job_asks_for_goes_behind_it_and_not_before_uploads(
    queues: list[Queue],
):
    quick, long = queues
    ask(_ask_for_more, "harvest", title="Harvest", seconds=60, queue=LONG)
    Worker([LONG]).work(burst=True, max_jobs=1)
    assert (quick.count, long.count) == (0, 1)
    ask(_ask_for_more, "upload", title="Load", seconds=60)
    Worker([QUICK]).work(burst=True, max_jobs=1)
    assert (quick.count, long.count) == (1, 1)


def test_a_job_that_cannot_begin_does_not_report_the_workers_death(monkeypatch):
    def away(_config: object) -> None:
        raise ConnectionError("the database system is starting up")

    monkeypatch.setattr("ckan.lib.jobs.load_environment", away)
    job = jobs.enqueue(_nothing)
    worker = Worker()
    worker.register_birth()
    try:
        worker.fork_work_horse(job, worker.queues[0])
        _, status = os.waitpid(worker.horse_pid, 0)
        assert os.waitstatus_to_exitcode(status) == 1
        assert worker.key in {one.key for one in Worker.all(worker.connection)}
    finally:
        worker.register_death()
