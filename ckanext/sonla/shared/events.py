"""The log: every decision is an event in an append-only, hash-chained table.

An event's hash covers its content and the hash of the event before it, so a change
anywhere breaks the chain from there on. An event is written with the commit of what it
tells of: only then does its writer take the chain's lock, so that writers wait for one
another for the length of a commit and no longer. A trigger refuses an event that
doesn't follow the last one. The table refuses UPDATE, DELETE and TRUNCATE, and belongs
to a role that nobody logs in as (`log_permissions`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.model.types import make_uuid

from . import clock, roles, with_commit

# Any constant will do, as long as nothing else in the database locks it.
CHAIN_LOCK = 7820001
GENESIS = "0" * 64
# Two statements on one way, the second of which sees what the lock was waited for.
_END = """
    SELECT pg_advisory_xact_lock(%s);
    SELECT seq, hash FROM sonla_event ORDER BY seq DESC LIMIT 1
"""
HASHED = (
    "seq",
    "id",
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
)


class Event(tk.BaseModel):
    """Something that was done, by which office, to what."""

    __tablename__ = "sonla_event"

    seq: Mapped[int] = mapped_column(
        sa.BigInteger, primary_key=True, autoincrement=False
    )
    id: Mapped[str] = mapped_column(sa.Text, unique=True)
    name: Mapped[str] = mapped_column(sa.Text)
    object_type: Mapped[str] = mapped_column(sa.Text)
    object_id: Mapped[str] = mapped_column(sa.Text)
    actor: Mapped[str | None] = mapped_column(sa.Text)
    role: Mapped[str | None] = mapped_column(sa.Text)
    agency_id: Mapped[str | None] = mapped_column(sa.Text)
    agency_name: Mapped[str | None] = mapped_column(sa.Text)
    agency_title: Mapped[str | None] = mapped_column(sa.Text)
    public: Mapped[bool] = mapped_column(sa.Boolean)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    persons: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    previous: Mapped[str] = mapped_column(sa.Text)
    hash: Mapped[str] = mapped_column(sa.Text)

    def as_dict(self, *, with_persons: bool = False) -> dict[str, Any]:
        """Return the event; without persons it names only the office that acted."""
        told = {
            "seq": self.seq,
            "id": self.id,
            "name": self.name,
            "object_type": self.object_type,
            "object_id": self.object_id,
            "role": self.role,
            "agency": self.agency_name,
            "agency_title": self.agency_title,
            "public": self.public,
            "at": clock.iso_z(self.at),
            "data": self.data,
            "previous": self.previous,
            "hash": self.hash,
        }
        if with_persons:
            actor = model.User.get(self.actor) if self.actor else None
            told["actor"] = actor.name if actor else self.actor
            told["persons"] = self.persons
        return told

    def content(self) -> dict[str, Any]:
        """Return what the hash covers: everything but the hash itself."""
        return {
            **{name: getattr(self, name) for name in HASHED},
            "at": clock.iso_z(self.at),
        }


_canonical = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":")
).encode


def hash_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of an event's content in its canonical form.

    That is JSON in UTF-8 with sorted keys, no blanks, and nothing escaped that needs
    no escape; `docs/audit.md` shows how anybody checks it.
    """
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def record(  # noqa: PLR0913 - an event has this many parts; all but one are named
    name: str,
    /,
    *,
    object_type: str,
    object_id: str,
    actor: str | None = None,
    agency: str | None = None,
    role: str | None = None,
    public: bool = True,
    persons: Mapping[str, Any] | None = None,
    **data: Any,
) -> Event:
    """Add an event to the caller's transaction; the caller commits.

    It gets its place in the chain with that commit, and goes with a rollback, also
    with that of the savepoint it was recorded in. Until then `seq`, `at` and the
    hashes are empty.

    Args:
        name: what happened, such as `revision.published`.
        object_type: what it happened to, such as `dataset`.
        object_id: its id.
        actor: id or name of the account that acted; None for the portal itself.
        agency: id or name of the office that acted; by default the actor's.
        role: in which the actor acted; by default the one that she holds.
        public: whether strangers may read the event. Say False for drafts.
        persons: what only auditors, operators and the agency itself may read.
        data: what everybody may read who may read the event. No persons here.
    """
    user = model.User.get(actor) if actor else None
    held = roles.appointment_of(user.id) if user else None
    office = _office(agency or (held.agency_id if held else None))
    event = Event(
        id=make_uuid(),
        name=name,
        object_type=object_type,
        object_id=object_id,
        actor=user.id if user else actor,
        role=role or (held.role if held else None),
        agency_id=office.id if office else None,
        agency_name=office.name if office else None,
        agency_title=office.title if office else None,
        public=public,
        data=_plain(data),
        persons=_plain(persons or {}),
    )
    with_commit.add(event)
    return event


def _office(name: str | None) -> Any:
    # By its id whoever acts has mostly read it already: then nothing is asked.
    if not name:
        return None
    return model.Session.get(model.Group, name) or model.Group.by_name(name)


@with_commit.writer
def chain(session: Session, events: list[Event]) -> None:
    """Give events their place at the chain's end, under its lock."""
    session.flush()
    last = session.connection().exec_driver_sql(_END, (CHAIN_LOCK,)).first()
    seq, previous = (last.seq, last.hash) if last else (0, GENESIS)
    for event in events:
        seq += 1
        event.seq, event.previous, event.at = seq, previous, clock.now()
        event.hash = previous = hash_of(event.content())
    # Past the unit of work, which takes twice as long while others wait for the lock.
    session.connection().execute(_INSERT, [_row(event) for event in events])


_COLUMNS = (*HASHED, "at", "hash")
_INSERT = sa.insert(Event)


def _row(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in _COLUMNS}


def _plain(value: Any) -> Any:
    """Return a value that comes back from JSONB as it went in."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, datetime):
        value = clock.iso_z(value)
    elif isinstance(value, date):
        value = value.isoformat()
    return str(value).replace("\0", "")
