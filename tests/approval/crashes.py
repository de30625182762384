# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""A process of its own that does something and is killed on the way."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ckan import model
from ckanext.datastore.backend import postgres
from ckanext.sonla.approval import datastore, faults
from ckanext.sonla.approval.model import Revision
from ckanext.sonla.approval.publishing import recovery, renaming

if TYPE_CHECKING:
    from collections.abc import Callable


def killed_at(place: str, what: Callable[[], object]) -> bool:
    """Do something in a forked process that SIGKILLs itself at a place.

    Returns:
        Whether it came to that place.
    """
    model.Session.remove()
    pid = os.fork()
    if pid == 0:
        _be_killed(place, what)
    _, status = os.waitpid(pid, 0)
    forget_connections(close=True)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _be_killed(place: str, what: Callable[[], object]) -> None:
    """Never return: a forked test must not go on as a second test run."""
    try:
        # The parent's connections are the parent's: leave them open, use none.
        forget_connections(close=False)
        os.environ[faults.VARIABLE] = place
        what()
    finally:
        os._exit(1)


def forget_connections(*, close: bool) -> None:
    """Begin with connections of one's own, on either side of a fork."""
    for engine in (
        model.meta.engine,
        datastore.owner_engine(),
        postgres.get_write_engine(),
        postgres.get_read_engine(),
    ):
        engine.dispose(close=close)


def decide() -> None:
    """Decide what is left prepared, and go on with nothing yet."""
    _until_nothing_is(renaming.undecided, recovery._end_prepared)


def recover() -> None:
    """Do what a start-up does, once PostgreSQL has noticed that the process is gone."""
    _until_nothing_is(
        lambda: renaming.undecided() or _publishing(), recovery.resolve_leftovers
    )


def _until_nothing_is(left: Callable[[], object], do: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while True:
        do()
        undone = left()
        model.Session.remove()
        if not undone or time.monotonic() > deadline:
            return
        time.sleep(0.05)


def _publishing() -> bool:
    state = sa.exists().where(Revision.state == "publishing")
    return bool(model.Session.scalar(sa.select(state)))
