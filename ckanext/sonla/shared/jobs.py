"""Work for the workers of the background queues, which may be away.

There are two queues, so that what takes hours keeps nobody waiting who has uploaded a
file: a worker that serves both takes from the first whatever it has, and a portal with
a worker for each does both at once.
"""

from __future__ import annotations

import logging
import os
import socket
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import redis
import rq
from rq.command import send_stop_job_command
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job
from rq.registry import StartedJobRegistry

import ckan.plugins.toolkit as tk
from ckan.lib import jobs
from ckan.lib.redis import connect_to_redis

if TYPE_CHECKING:
    from collections.abc import Callable

    from rq.worker.base import BaseWorker

log = logging.getLogger(__name__)

# What somebody waits for, and what may take hours.
QUICK, LONG = jobs.DEFAULT_QUEUE_NAME, "long"
QUEUES = (QUICK, LONG)
# A worker of rq says that it lives every 405 s while it has nothing to do.
SILENCE = timedelta(seconds=480)


def ask(
    work: Callable[[str], None],
    about: str,
    *,
    title: str,
    seconds: int,
    queue: str | None = None,
) -> bool:
    """Ask a worker to do something; who asks is not held up by a queue that is away.

    Args:
        work: what a worker calls; whoever asks sees to it that it is done in the end.
        about: the id that it gets.
        title: what operators read in the queue and in the log.
        seconds: after which the worker breaks it off.
        queue: one of `QUEUES`; by default the first, and behind a long job what it asks
            for itself, such as the load of the file that it has made.

    Returns:
        Whether the queue took it, or had it already.
    """
    queue = queue or _of_this_job()
    told = {"timeout": seconds}
    try:
        # `tick` asks again for what waits: behind a job of hours, hundreds of times.
        if queue != LONG or about not in _waiting(work):
            tk.enqueue_job(work, [about], title=title, queue=queue, rq_kwargs=told)
    except redis.RedisError:
        log.exception("The queue does not answer; nobody was asked to: %s", title)
        return False
    return True


def _waiting(work: Callable[[str], None]) -> set[str]:
    """Return about what a work of the long queue waits for a worker."""
    name = f"{work.__module__}.{work.__qualname__}"
    found = jobs.get_queue(LONG).get_jobs()
    return {one.args[0] for one in found if one.func_name == name}


def stop(about: str, *, queue: str) -> bool:
    """Kill the process of a worker that does what was asked for about something.

    Args:
        about: the id that `ask` was given.
        queue: one of `QUEUES`.

    Returns:
        Whether a worker was told to.
    """
    redis_ = connect_to_redis()
    name = jobs.add_queue_name_prefix(queue)
    try:
        for id_ in StartedJobRegistry(name, redis_).get_job_ids():
            # CKAN's `enqueue` hands on what it is to be called with as a list.
            if about in Job.fetch(id_, connection=redis_).args:
                send_stop_job_command(redis_, id_)
                return True
    except (redis.RedisError, NoSuchJobError, InvalidJobOperation):
        log.warning("No worker could be told to stop with %s", about)
    return False


def _of_this_job() -> str:
    job = rq.get_current_job()
    is_long = job is not None and job.origin == jobs.add_queue_name_prefix(LONG)
    return LONG if is_long else QUICK


def served() -> set[str]:
    """Return the queues of which a living worker takes jobs.

    Raises:
        RedisError: Redis is away, and nobody knows.
    """
    # Workers of another portal in the same Redis are none of ours.
    own = {jobs.add_queue_name_prefix(name): name for name in QUEUES}
    workers = rq.Worker.all(connection=connect_to_redis())
    names = {name for one in workers if _takes_jobs(one) for name in one.queue_names()}
    return {own[name] for name in names if name in own}


def _takes_jobs(one: BaseWorker) -> bool:
    """Tell whether a worker lives; one killed on this machine is known at once."""
    if one.hostname == socket.gethostname() and one.pid:
        try:
            os.kill(one.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass  # It lives, under another account.
    heartbeat = one.last_heartbeat
    if heartbeat is None:
        return False
    if heartbeat.tzinfo is None:
        heartbeat = heartbeat.replace(tzinfo=UTC)
    return datetime.now(UTC) - heartbeat < SILENCE
