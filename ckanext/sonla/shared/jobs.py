"""Work for a worker of the background queue, which may be away."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import redis

import ckan.plugins.toolkit as tk

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)


def ask(work: Callable[[str], None], about: str, *, title: str, seconds: int) -> bool:
    """Ask a worker to do something; who asks is not held up by a queue that is away.

    Args:
        work: what a worker calls; whoever asks sees to it that it is done in the end.
        about: the id that it gets.
        title: what operators read in the queue and in the log.
        seconds: after which the worker breaks it off.

    Returns:
        Whether the queue took it.
    """
    try:
        tk.enqueue_job(work, [about], title=title, rq_kwargs={"timeout": seconds})
    except redis.RedisError:
        log.exception("The queue does not answer; nobody was asked to: %s", title)
        return False
    return True
