"""What the person at the terminal sees: one line a step, and why a step failed."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

WIDTH = 28
BAR = 24


class StepError(Exception):
    """A step that cannot go on: why, and what the person can do about it."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why = why
        self.remedy = remedy


def say(text: str = "") -> None:
    """Write one line to the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Step:
    """A step as a context: its name while it runs, its time and detail afterwards."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.detail = ""
        self._began = 0.0
        self._draws = sys.stdout.isatty()

    def __enter__(self) -> Step:
        self._began = time.monotonic()
        self._write(f"  {self.name:<{WIDTH}}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        seconds = time.monotonic() - self._began
        self._clear()
        if kind is None:
            self._write(f" {seconds:5.1f} s  {self.detail}\n")
        else:
            self._write(f" {seconds:5.1f} s  stopped here\n")

    def progress(self, done: int, total: int, text: str = "") -> None:
        """Draw how far the step is; a file or a pipe gets no bar."""
        if not self._draws or total <= 0:
            return
        filled = min(BAR, BAR * done // total)
        bar = "█" * filled + "░" * (BAR - filled)
        seconds = time.monotonic() - self._began
        self._clear()
        self._write(f" {seconds:5.1f} s  {bar} {done}/{total} {text[:40]}")

    def _clear(self) -> None:
        if self._draws:
            self._write(f"\r\033[K  {self.name:<{WIDTH}}")

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
