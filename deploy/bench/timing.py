"""Timing, and the lines that a benchmark says."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Line:
    """One measurement beside what it is compared with, and the goal that it has."""

    what: str
    size: str
    ours: float
    beside: str = ""
    theirs: float | None = None
    ratio: str = ""
    goal: str = ""
    met: bool | None = None

    def cells(self) -> list[str]:
        """Return the line's cells as texts."""
        verdict = {True: "yes", False: "**no**", None: ""}[self.met]
        other = "" if self.theirs is None else told(self.theirs)
        return [
            self.what,
            self.size,
            told(self.ours),
            self.beside,
            other,
            self.ratio,
            self.goal,
            verdict,
        ]


HEADER = ["what", "size", "time", "beside", "time", "ratio", "goal", "met"]


def told(seconds: float) -> str:
    """Write a time so that three figures can be read."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def size_of(rows: int) -> str:
    """Write a number of rows."""
    return f"{rows:,}".replace(",", " ")


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Give a list that holds the seconds when the block has ended."""
    took: list[float] = []
    start = time.perf_counter()
    yield took
    took.append(time.perf_counter() - start)


def median_of(times: int, what: Callable[[], object]) -> float:
    """Do something some times, and return the median in seconds."""
    taken = []
    for _ in range(times):
        with stopwatch() as took:
            what()
        taken.append(took[0])
    return statistics.median(taken)


def psql(sql: str) -> None:
    """Run SQL in psql, on the DataStore as the owner of its tables."""
    subprocess.run(
        ["psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql, tk.config[_OWNER]],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PGOPTIONS": ""},
    )


_OWNER = "sonla.datastore.owner_url"
