"""How much one address may send (article 9 wants feedback, not floods of it).

Counted by the library `limits` in Redis, on a hash of the address that lasts a day.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

import flask
import limits
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import policy

from . import addresses, short_memory

# As the library's own script for one moving window, for several on one way: sending
# waits for Redis as seldom as it can.
_WINDOWS = """
local now = tonumber(ARGV[1])
for i, key in ipairs(KEYS) do
    local most, length = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
    local oldest = redis.call('lindex', key, most - 1)
    if oldest and tonumber(oldest) >= now - length then
        return i
    end
end
for i, key in ipairs(KEYS) do
    redis.call('lpush', key, ARGV[1])
    redis.call('ltrim', key, 0, tonumber(ARGV[2 * i]) - 1)
    redis.call('expire', key, tonumber(ARGV[2 * i + 1]))
end
return 0
"""
# Of all kinds together.
ANY = "any"


class TooMany(tk.ValidationError):
    """An address asked too often; the answer is 429, with when to ask again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            {"address": [_sentence(seconds)]}, {tk._("Too much"): _sentence(seconds)}
        )
        self.seconds = seconds
        if flask.has_request_context():
            flask.g.sonla_retry_after = seconds


def _sentence(seconds: int) -> str:
    minutes = max(1, -(-seconds // 60))
    return tk.ungettext(
        "Too much came from your address. Try again in {count} minute.",
        "Too much came from your address. Try again in {count} minutes.",
        minutes,
    ).format(count=minutes)


def count(what: str, kind: str = ANY) -> None:
    """Count that the caller's address asks for something.

    Args:
        what: `send`, `support`, `look` or `ask`; the policy's `feedback_limit_<what>`
            says how much of it, and `feedback_limit_kind` how much of one kind.
        kind: of the feedback that is sent.

    Raises:
        TooMany: it asked too often.
        Away: Redis is away, so nobody knows.
    """
    address = addresses.of_the_caller()
    if address is None:
        return
    of = addresses.hashed(address)
    rates = [(rate, (what, ANY, of)) for rate in _rates(f"feedback_limit_{what}")]
    if kind != ANY:
        rates += [(rate, (what, kind, of)) for rate in _rates("feedback_limit_kind")]
    _hit(rates)


def softly(what: str, kind: str = ANY) -> bool:
    """Count as `count` does; False where Redis is away and nobody knows.

    Raises:
        TooMany: it asked too often.
    """
    try:
        count(what, kind)
    except short_memory.Away:
        return False
    return True


def count_mailbox(address: str) -> bool:
    """Count a mail to somebody who may not have asked for it; False: no more today.

    Raises:
        Away: Redis is away, so nobody knows.
    """
    of = addresses.hashed(address.casefold())
    try:
        _hit([(rate, ("mail", of)) for rate in _rates("feedback_limit_mail")])
    except TooMany:
        flask.g.pop("sonla_retry_after", None) if flask.has_app_context() else None
        return False
    return True


def _hit(rates: list[tuple[Any, tuple[str, ...]]]) -> None:
    """Count in all windows or, where one of them is full, in none."""
    if not rates:
        return
    limiter = _limiter(short_memory.redis_url())
    storage: Any = limiter.storage
    keys = [storage.prefixed_key(rate.key_for(*of)) for rate, of in rates]
    windows = [part for rate, _ in rates for part in (rate.amount, rate.get_expiry())]
    full = _script(short_memory.redis_url())(keys, [time.time(), *windows])
    if full:
        rate, of = rates[int(full) - 1]
        stats = limiter.get_window_stats(rate, *of)
        raise TooMany(max(1, round(stats.reset_time - time.time()) + 1))


def _rates(name: str) -> tuple[Any, ...]:
    return _parsed(policy.text(name))


@lru_cache(maxsize=16)
def _parsed(text: str) -> tuple[Any, ...]:
    return tuple(limits.parse_many(text)) if text.strip() else ()


@lru_cache(maxsize=4)
def _script(url: str) -> Any:
    return short_memory.client(url).register_script(_WINDOWS)


@lru_cache(maxsize=4)
def _limiter(url: str) -> MovingWindowRateLimiter:
    storage = RedisStorage(
        url,
        connection_pool=short_memory.pool(url),
        key_prefix=f"{short_memory.PREFIX}limit",
    )
    return MovingWindowRateLimiter(storage)
