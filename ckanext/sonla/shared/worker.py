"""A worker that lives on when a job's process can't even start.

CKAN's worker forks a process for each job, which loads CKAN anew. Where that fails, as
while PostgreSQL starts, the error runs up through the worker's own code in the child,
which then reports the worker's death: the worker works on, and nobody knows of it.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, NoReturn

import click

from ckan.lib import jobs

from .cli import sonla
from .jobs import QUEUES

if TYPE_CHECKING:
    import rq
    from rq.job import Job

log = logging.getLogger(__name__)


class Worker(jobs.Worker):
    """CKAN's worker, of which a job's process never does the parent's work."""

    def main_work_horse(self, job: Job, queue: rq.Queue) -> NoReturn:
        """Run a job in the process made for it, and end that process."""
        try:
            super().main_work_horse(job, queue)
        except BaseException:
            # The job counts as failed; what has to be done is found by `tick`.
            log.exception("Job %s could not begin", job.id)
        os._exit(1)


@sonla.command("worker", short_help="Do background jobs.")
@click.option("--burst", is_flag=True, help="End when no job waits.")
@click.argument("queues", nargs=-1)
def worker_command(burst: bool, queues: tuple[str, ...]) -> None:
    """Do the jobs of the named queues, by default of both.

    `default` is what somebody waits for, such as an uploaded file; `long` is what may
    take hours, such as a harvest. One worker that serves both takes the first one's
    jobs first; a worker for each lets a file be loaded while a harvest runs.

    `ckan jobs worker default long` works too, but an outage of the database makes it
    disappear from `/health/ready`.
    """
    Worker(queues or QUEUES).work(burst=burst, with_scheduler=True)
