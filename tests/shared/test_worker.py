"""A worker outlives a job whose process can't start."""

from __future__ import annotations

import os

import pytest

from ckan.lib import jobs
from ckanext.sonla.shared.worker import Worker

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def _nothing() -> None:
    """Do nothing: the job itself is not what fails."""


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
