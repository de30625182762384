"""What is remembered for minutes or a day: used proofs, how often an address asked.

It lies in Redis. Where Redis is away nothing is refused and nothing is lost: what
comes in is looked at by an operator before anybody reads it.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

import redis

import ckan.plugins.toolkit as tk

log = logging.getLogger(__name__)

PREFIX = "sonla:feedback:"
DAY = 24 * 60 * 60
# A sender waits no longer for it.
SECONDS = 1.0

Away = redis.RedisError


@lru_cache(maxsize=4)
def pool(url: str) -> redis.ConnectionPool:
    """Return the connections to a Redis; a process that forks makes new ones."""
    return redis.ConnectionPool.from_url(
        url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS
    )


def redis_url() -> str:
    """Return the address of the portal's Redis."""
    return str(tk.config["ckan.redis.url"])


def _redis() -> Any:
    return client(redis_url())


@lru_cache(maxsize=4)
def client(url: str) -> redis.Redis:
    """Return what asks a Redis; making one takes as long as asking it."""
    return redis.Redis(connection_pool=pool(url))


def first_time(what: str, seconds: int) -> bool:
    """Tell whether something happens for the first time within a while.

    Raises:
        Away: nobody knows.
    """
    return bool(_redis().set(f"{PREFIX}{what}", 1, nx=True, ex=max(1, seconds)))


def count(what: str, seconds: int = DAY) -> int:
    """Count something that happens, and return how often it has within a while.

    Raises:
        Away: nobody knows.
    """
    with _redis().pipeline() as asked:
        asked.set(f"{PREFIX}{what}", 0, nx=True, ex=seconds)
        asked.incr(f"{PREFIX}{what}")
        return int(asked.execute()[1])


def kept_for_a_day(what: str, made: str) -> str:
    """Return a value that is made anew each day, and what was made is forgotten.

    Raises:
        Away: nobody knows.
    """
    kept = _redis().get(f"{PREFIX}{what}")
    if kept:
        return kept.decode()
    with _redis().pipeline() as asked:
        asked.set(f"{PREFIX}{what}", made, nx=True, ex=DAY)
        asked.get(f"{PREFIX}{what}")
        found = asked.execute()[1]
    return found.decode() if found else made
