"""The job: a waiting load runs once, ends in a clear state, and survives a crash.

A load is in the queue because its row says `waiting`; the queue's own entry only wakes
a worker. While it runs it holds a lock that ends with its process, so a load whose row
says `running` without that lock was killed, and waits again.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ckan import model
from ckanext.datastore.backend import postgres
from ckanext.sonla.shared import clock, jobs
from ckanext.sonla.shared.msgid import N_

from . import outcome, states
from .model import Load
from .progress import READING, LoadProgress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.shared.row_intake import Kept

    from .outcome import Outcome

TIMEOUT = 4 * 3600
CRASHES = 3


@dataclass(frozen=True)
class Claim:
    """A load that this process runs, what was loaded before, and what is kept."""

    resource_id: str
    package_id: str
    attempt: int
    sha256: str | None
    rules: str | None
    kept: Kept | None = None

    def kept_as(self, sha256: str) -> str | None:
        """Return by which token a file's rows are kept."""
        return self.kept.token if self.kept and self.kept.sha256 == sha256 else None


def enqueue(resource_id: str) -> None:
    """Wake a worker for a waiting load; the scheduler does it again if that fails."""
    jobs.ask(run, resource_id, title=f"Load {resource_id}", seconds=TIMEOUT)


def run(resource_id: str, kept: Kept | None = None) -> None:
    """Load a resource's file, if it waits; does nothing otherwise.

    Args:
        resource_id: whose file.
        kept: the rows of that file, if a check has kept them.
    """
    with _alone(resource_id):
        # A file that changes while it is loaded is loaded again.
        while claim := _claim(resource_id):
            _run(replace(claim, kept=kept))


def _run(claim: Claim) -> None:
    try:
        found = outcome.of(claim, LoadProgress(_mine(claim)))
    except Exception:
        # Whatever happened, nobody waits for ever; the worker's log has the rest.
        _finish(claim, outcome.failure())
        raise
    finally:
        model.Session.remove()
    if found is None:
        _forget(claim)
    else:
        _finish(claim, found)


@contextmanager
def _alone(resource_id: str) -> Iterator[None]:
    with postgres.get_write_engine().connect() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_lock(_lock(resource_id))))
        connection.commit()
        try:
            yield
        finally:
            connection.execute(
                sa.select(sa.func.pg_advisory_unlock(_lock(resource_id)))
            )
            connection.commit()


def _lock(resource_id: str) -> sa.ColumnElement[int]:
    return sa.func.hashtextextended(f"sonla.load.{resource_id}", 0)


def is_running(resource_id: str) -> bool:
    """Tell whether a living process holds a load's lock."""
    with postgres.get_write_engine().begin() as connection:
        lock = sa.func.pg_try_advisory_xact_lock(_lock(resource_id))
        return not connection.scalar(sa.select(lock))


def _claim(resource_id: str) -> Claim | None:
    with model.ensure_engine().begin() as connection:
        found = connection.execute(
            sa.update(Load)
            .where(Load.resource_id == resource_id, Load.state == states.WAITING)
            .values(
                state=states.RUNNING,
                started=clock.now(),
                finished=None,
                rows=0,
                stage=READING,
                total=None,
            )
            .returning(
                Load.resource_id,
                Load.package_id,
                Load.attempt,
                Load.sha256,
                Load.rules,
            )
        ).first()
    return Claim(*found) if found else None


def _mine(claim: Claim) -> sa.ColumnElement[bool]:
    return sa.and_(
        Load.resource_id == claim.resource_id,
        Load.attempt == claim.attempt,
        Load.state == states.RUNNING,
    )


def _finish(claim: Claim, found: Outcome) -> None:
    with model.ensure_engine().begin() as connection:
        connection.execute(
            sa.update(Load)
            .where(_mine(claim))
            .values(finished=clock.now(), crashes=0, **found.values())
        )


def _forget(claim: Claim) -> None:
    with model.ensure_engine().begin() as connection:
        connection.execute(sa.delete(Load).where(_mine(claim)))


def catch_up(older_than: float) -> list[str]:
    """Queue again what waits for long, and what was killed while it ran.

    Args:
        older_than: seconds that a load may wait before it is queued again.

    Returns:
        The resources whose loads were queued.
    """
    queued = []
    for load in model.Session.scalars(
        sa.select(Load).where(Load.state.in_(states.OPEN)).order_by(Load.queued)
    ):
        waited = (clock.now() - load.queued).total_seconds()
        if load.state == states.WAITING and waited >= older_than:
            load.queued = clock.now()
        elif load.state == states.RUNNING and not is_running(load.resource_id):
            _after_crash(load)
        else:
            continue
        if load.state == states.WAITING:
            queued.append(load.resource_id)
    model.Session.commit()
    for resource_id in queued:
        enqueue(resource_id)
    return queued


def _after_crash(load: Load) -> None:
    crashes = load.crashes + 1
    if crashes < CRASHES:
        load.wait_again()
        load.crashes = crashes
        return
    load.state = states.FAILED
    load.finished = clock.now()
    load.message = N_(
        "The load was broken off several times; the file may be too large."
    )
    load.params = {}
