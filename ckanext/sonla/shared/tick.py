"""Everything that is due: what `ckan sonla tick` runs, safe to run twice.

A feature registers a function with `@task("mail.deliver")`. Each runs in a transaction
of its own, and alone: a second run that finds it running passes it by. What a task
does must depend on what is due, not on when it last ran, so that it catches up once
after an outage.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

import ckan.plugins.toolkit as tk
from ckan import model

from . import clock, delivery, digests

log = logging.getLogger(__name__)
Task = Callable[[], Any]
_tasks: dict[str, Task] = {}


class TaskRun(tk.BaseModel):
    """When a task last ran, for the health check."""

    __tablename__ = "sonla_tick"

    task: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    started: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    finished: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    succeeded: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(sa.Text)


def task(name: str) -> Callable[[Task], Task]:
    """Register a function that takes nothing and does what is due."""

    def register(function: Task) -> Task:
        _tasks[name] = function
        return function

    return register


def run_all() -> dict[str, str]:
    """Run every task.

    Returns:
        `done`, `busy` (another process runs it) or the error, by the task's name.
    """
    return {name: run(name) for name in sorted(_tasks)}


def run(name: str) -> str:
    """Run one task under its lock, and note when and how it went."""
    with model.ensure_engine().connect() as connection:
        lock = sa.func.hashtextextended(f"sonla.tick.{name}", 0)
        if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(lock))):
            return "busy"
        # A session-level lock outlives this commit, and ends with the process.
        connection.commit()
        try:
            return _run_and_note(name)
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(lock)))
            connection.commit()


def _run_and_note(name: str) -> str:
    started = clock.now()
    _note(name, started=started)
    try:
        _tasks[name]()
        model.Session.commit()
    except Exception as error:
        # Whatever a task meets, the others must run; the error is logged and kept.
        model.Session.rollback()
        log.exception("Task %s failed", name)
        message = f"{type(error).__name__}: {error}"
        _note(name, started=started, finished=clock.now(), error=message)
        return message
    finally:
        model.Session.remove()
    finished = clock.now()
    _note(name, started=started, finished=finished, succeeded=finished, error=None)
    return "done"


def _note(name: str, **values: Any) -> None:
    with Session(model.meta.engine) as session, session.begin():
        row = session.get(TaskRun, name) or TaskRun(task=name)
        for column, value in values.items():
            setattr(row, column, value)
        session.add(row)


def last_runs() -> list[TaskRun]:
    """Return when each task last ran."""
    return list(model.Session.scalars(sa.select(TaskRun).order_by(TaskRun.task)))


@task("mail.collect")
def collect_digests() -> None:
    """Put the day's digests into the outbox, before it is emptied."""
    digests.put_due()


@task("mail.deliver")
def deliver_mail() -> None:
    """Send the notices that are due."""
    delivery.deliver()
