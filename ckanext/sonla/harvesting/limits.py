"""How much a source may be asked for, and give: the operator's limits, or lower."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk

from .problems import SourceProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Limits:
    """The limits of one run.

    Args:
        rows: of the run.
        pages: of the run.
        page_rows: held in memory at once.
        bytes: of an answer that is read piece by piece, unpacked.
        page_bytes: of an answer that is held in memory.
        seconds: of the run.
        answer_seconds: of one answer or statement.
        silent_seconds: without a byte.
        attempts: requests for one answer.
        first_wait: seconds before the second attempt, doubled for each more.
        longest_wait: seconds between two attempts.
        rows_per_second: at most; None for no limit.
        pause: seconds between two pages.
    """

    rows: int
    pages: int
    page_rows: int
    bytes: int
    page_bytes: int
    seconds: float
    answer_seconds: float
    silent_seconds: float
    attempts: int
    first_wait: float
    longest_wait: float
    rows_per_second: float | None = None
    pause: float = 0.0


_OWN = ("rows_per_second", "pause")


def limits_of(config: Mapping[str, Any]) -> Limits:
    """Return a source's limits: its own where they are below the operator's."""
    asked = dict(config.get("limits") or {})
    values: dict[str, Any] = {name: asked[name] for name in _OWN if name in asked}
    for field in fields(Limits):
        if field.name in _OWN:
            continue
        most = tk.config[f"sonla.harvesting.{field.name}"]
        values[field.name] = min(most, asked.get(field.name, most))
    if "bytes" in asked:
        values["page_bytes"] = min(values["page_bytes"], asked["bytes"])
    return Limits(**values)


class Meter:
    """Counts what a run has taken, ends it at its limits and holds its pace."""

    def __init__(
        self,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.limits = limits
        self.rows = 0
        self.pages = 0
        self._clock, self._sleep = clock, sleep
        self._began = clock()

    def page(self, rows: int) -> int:
        """Count a page, and return its number.

        Raises:
            SourceProblem: a limit of the run is passed.
        """
        self.rows += rows
        self.pages += 1
        limits = self.limits
        if self.rows > limits.rows:
            raise SourceProblem("too_many_rows", rows=limits.rows)
        if self.pages > limits.pages:
            raise SourceProblem("too_many_pages", pages=limits.pages)
        self.in_time()
        return self.pages

    def in_time(self) -> None:
        """Raise a problem once the run has taken too long."""
        if self._clock() - self._began > self.limits.seconds:
            raise SourceProblem("too_long", seconds=self.limits.seconds)

    def rest(self) -> None:
        """Wait before the next page, so that the source is not asked for more."""
        pause = self.limits.pause
        if self.limits.rows_per_second:
            due = self._began + self.rows / self.limits.rows_per_second
            pause = max(pause, due - self._clock())
        if pause > 0:
            self._sleep(min(pause, self.limits.seconds))
            self.in_time()
