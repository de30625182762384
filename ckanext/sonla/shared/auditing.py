"""Walking the log's chain: is it whole, and what is in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model

from . import clock
from .events import GENESIS, HASHED, Event, hash_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAGE = 5000
# As every exported line has them.
FIELDS = (
    "seq",
    "id",
    "at",
    "name",
    "object_type",
    "object_id",
    "actor",
    "role",
    "agency_id",
    "agency_name",
    "agency_title",
    "public",
    "data",
    "persons",
    "previous",
    "hash",
)


@dataclass(frozen=True)
class Break:
    """The first place where the chain doesn't hold."""

    seq: int
    id: str | None
    reason: str


@dataclass(frozen=True)
class Head:
    """An event's number and hash, kept where nobody changes the log and it at once."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> Head:
        """Read `1234:9f86d0…`.

        Raises:
            ValueError: for anything else.
        """
        seq, _, hash_ = text.strip().partition(":")
        if len(hash_) != len(GENESIS):
            raise ValueError(text)
        return cls(int(seq), hash_.lower())


@dataclass(frozen=True)
class Verified:
    """What a walk found.

    Args:
        count: how many events hold.
        head: the last of them; its hash stands for all before it.
        broken: the first break, if any.
    """

    count: int
    head: Head
    broken: Break | None


def verify(since: int = 1, heads: Iterable[Head] = ()) -> Verified:
    """Walk the chain.

    Args:
        since: the number of the first event to look at; what lies before is believed.
        heads: numbers and hashes noted before: each must be in the chain. An event cut
            off the end shows only against one of these.
    """
    noted = {head.seq: head.hash for head in heads}
    count, head = 0, Head(since - 1, GENESIS)
    trusted = since > 1
    for content in contents(since):
        hash_ = content.pop("hash")
        reason = _fault(content, hash_, None if trusted else head, since)
        if reason is None and noted.get(content["seq"], hash_) != hash_:
            reason = "its hash is not the one that was noted"
        if reason:
            broken = Break(content["seq"], content["id"], reason)
            return Verified(count, head, broken)
        head, count, trusted = Head(content["seq"], hash_), count + 1, False
    missing = [seq for seq in noted if seq > head.seq]
    if missing:
        reason = f"the log's end is missing: event {max(missing)} was noted"
        return Verified(count, head, Break(head.seq + 1, None, reason))
    return Verified(count, head, None)


def _fault(
    content: dict[str, Any], hash_: str, before: Head | None, since: int
) -> str | None:
    expected = before.seq + 1 if before else since
    if content["seq"] != expected:
        return f"event {expected} is missing before it"
    if before and content["previous"] != before.hash:
        return "it does not follow the event before it"
    if hash_of(content) != hash_:
        return "its content is not what was hashed"
    return None


def head() -> Head:
    """Return the last event's number and hash."""
    last = model.Session.execute(
        sa.select(Event.seq, Event.hash).order_by(Event.seq.desc()).limit(1)
    ).first()
    return Head(last.seq, last.hash) if last else Head(0, GENESIS)


def contents(since: int = 1) -> Iterator[dict[str, Any]]:
    """Yield the content of every event in order, with its hash, from one snapshot.

    Read as plain rows through a cursor of the server: a million takes little memory.
    """
    columns = [getattr(Event, name) for name in (*HASHED, "at", "hash")]
    names = [*HASHED, "at", "hash"]
    query = sa.select(*columns).where(Event.seq >= since).order_by(Event.seq)
    with model.ensure_engine().connect() as connection:
        rows = connection.execution_options(yield_per=PAGE).execute(query)
        for row in rows:
            content = dict(zip(names, row, strict=True))
            content["at"] = clock.iso_z(content["at"])
            yield content


def lines(since: int = 1) -> Iterator[str]:
    """Yield every event as a line of JSON: all that is hashed, and the hash."""
    for content in contents(since):
        yield json.dumps({name: content[name] for name in FIELDS}, ensure_ascii=False)
