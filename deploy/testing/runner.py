"""Runs the tests folder by folder, on as many beds at once as there are processors."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from deploy.local.console import say
from deploy.local.folders import ROOT, Memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from .bed import Bed

NO_TESTS = 5
# Asked first where nothing is known yet: what takes longest must not start last.
SLOW_FIRST = ("tests/e2e", "tests/seal", "tests/approval")


@dataclass
class Counts:
    """How many tests passed, failed, and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: Counts) -> None:
        """Add the counts of another folder."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self) -> str:
        named = (
            (self.failed, "failed"),
            (self.passed, "passed"),
            (self.skipped, "skipped"),
        )
        words = [f"{number} {word}" for number, word in named if number]
        return ", ".join(words) or "no tests"


@dataclass
class Run:
    """What one call of the command runs, and what came of it."""

    units: Sequence[str]
    beds: Sequence[Bed]
    extra: Sequence[str] = ()
    counts: Counts = field(default_factory=Counts)
    running: set[subprocess.Popen[str]] = field(default_factory=set)


def units(places: Iterable[str], without: Sequence[str]) -> list[str]:
    """Return what can run by itself: folders with tests, and files beside them."""
    found: list[str] = []
    for place in places:
        path = ROOT / place
        children = [path] if _is_unit(path) else sorted(path.iterdir())
        for child in children:
            name = child.relative_to(ROOT).as_posix()
            has_tests = child.is_dir() and any(child.rglob("test_*.py"))
            is_test = child.is_file() and child.match("test_*.py")
            if (has_tests or is_test) and name not in without:
                found.append(name)
    known = _durations().all()
    return sorted(found, key=lambda name: (-known.get(name, _guess(name)), name))


def _is_unit(path: Path) -> bool:
    return path.is_file() or (any(path.glob("test_*.py")) and path != ROOT / "tests")


def _guess(name: str) -> float:
    return 1000.0 - SLOW_FIRST.index(name) if name in SLOW_FIRST else 30.0


def _durations() -> Memory:
    return Memory(ROOT / "var" / "test-durations.json")


def run(task: Run) -> int:
    """Run everything and end with one line that counts; return the exit code."""
    began = time.monotonic()
    waiting: queue.Queue[str] = queue.Queue()
    for unit in task.units:
        waiting.put(unit)
    speaking = threading.Lock()
    threads = [
        threading.Thread(target=_work, args=(task, bed, waiting, speaking), daemon=True)
        for bed in task.beds
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        for process in list(task.running):
            process.terminate()
            process.wait()
    say(f"{task.counts} in {time.monotonic() - began:.0f} s")
    return 1 if task.counts.failed or not task.counts.passed else 0


def _work(
    task: Run, bed: Bed, waiting: queue.Queue[str], speaking: threading.Lock
) -> None:
    while True:
        try:
            unit = waiting.get_nowait()
        except queue.Empty:
            return
        began = time.monotonic()
        code, output, counts = _pytest(task, bed, unit)
        seconds = time.monotonic() - began
        with speaking:
            task.counts.add(counts)
            if counts.failed:
                say(output)
            elif code == 0:
                _durations().set(**{unit: round(seconds, 1)})
            say(f"  {unit:<{28}} {seconds:6.1f} s  {counts}")


def _pytest(task: Run, bed: Bed, unit: str) -> tuple[int, str, Counts]:
    report = bed.folder / f"{unit.replace('/', '-')}.xml"
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            f"--ckan-ini={bed.ini}",
            f"--junitxml={report}",
            "-o",
            f"cache_dir={bed.folder / 'pytest-cache'}",
            *task.extra,
            unit,
        ],
        cwd=ROOT,
        env={**os.environ, "CKAN_INI": str(bed.ini), "TMPDIR": str(_temporary(bed))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    task.running.add(process)
    output, _ = process.communicate()
    task.running.discard(process)
    counts = _counts(report)
    if process.returncode not in (0, NO_TESTS) and not counts.failed:
        # Broken before a test could fail: an import, a fixture, a crash.
        counts.failed = 1
    return process.returncode, output, counts


def _temporary(bed: Bed) -> Path:
    folder = bed.folder / "tmp"
    folder.mkdir(exist_ok=True)
    return folder


def _counts(report: Path) -> Counts:
    if not report.exists():
        return Counts()
    counts = Counts()
    for suite in ET.parse(report).iter("testsuite"):  # noqa: S314 - pytest wrote it
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        total = int(suite.get("tests", 0))
        counts.add(Counts(total - failed - skipped, failed, skipped))
    return counts
