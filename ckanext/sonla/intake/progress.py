"""How far a load has come, told outside its own transaction, so that pages see it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ckan import model

from .model import Load

if TYPE_CHECKING:
    from typing import Any

REPORT_SECONDS = 1.0

READING = "reading"
CHECKING = "checking"
COMPARING = "comparing"
WRITING = "writing"
INDEXING = "indexing"
STAGES = (READING, CHECKING, COMPARING, WRITING, INDEXING)


class Progress:
    """Tells nobody; a load that nobody waits for needs no more."""

    def rows(self, count: int) -> None:
        """Tell how many rows were read so far."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Tell what is done now, one of `STAGES`, and with how many rows."""


class LoadProgress(Progress):
    """Tells the load's row, rows at most once a second.

    Args:
        mine: the condition that holds for the load's row while it is this process's.
    """

    def __init__(self, mine: sa.ColumnElement[bool]) -> None:
        self._mine = mine
        self._last = time.monotonic()

    def rows(self, count: int) -> None:
        if time.monotonic() - self._last >= REPORT_SECONDS:
            self._last = time.monotonic()
            self._tell(rows=count)

    def stage(self, name: str, total: int | None = None) -> None:
        # Of a file that is being read, nobody knows yet how long it is.
        known = {} if total is None else {"rows": total}
        self._tell(stage=name, total=total, **known)

    def _tell(self, **values: Any) -> None:
        with model.ensure_engine().begin() as connection:
            connection.execute(sa.update(Load).where(self._mine).values(**values))
