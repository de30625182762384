"""Runs the tests in parts, on as many beds at once as there are processors.

A part is a folder, or some files of a large one: one folder must not keep one
processor busy while the other has nothing left to do. But each part starts CKAN anew,
which takes as long as some ten tests: no more parts than that needs.
"""

from __future__ import annotations

import os
import queue
import re
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
# Seconds that a folder takes about, on two processors. They only say where to cut and
# what to begin with: what takes longest must not start last.
SECONDS = {
    "tests/agencies": 45,
    "tests/approval": 850,
    "tests/catalogue": 170,
    "tests/deploy": 20,
    "tests/e2e": 200,
    "tests/intake": 120,
    "tests/obligations": 140,
    "tests/portal": 75,
    "tests/search": 60,
    "tests/seal": 370,
    "tests/shared": 80,
}
# A file of a folder that is not named there.
SECONDS_OF_A_FILE = 10
# How long a part of a folder takes.
PART = 100
# Its fixtures serve a whole portal; one server is enough.
WHOLE = ("tests/e2e",)


@dataclass(frozen=True)
class Part:
    """What one pytest runs: a folder, or some files of it."""

    name: str
    paths: tuple[str, ...]
    # Seconds, while nobody has measured it.
    guess: float


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

    parts: Sequence[Part]
    beds: Sequence[Bed]
    extra: Sequence[str] = ()
    counts: Counts = field(default_factory=Counts)
    running: set[subprocess.Popen[str]] = field(default_factory=set)


def parts(places: Iterable[str], without: Sequence[str]) -> list[Part]:
    """Return what can run by itself, what takes longest first."""
    found: list[Part] = []
    for place in places:
        path = ROOT / place
        children = [path] if _is_unit(path) else sorted(path.iterdir())
        for child in children:
            if _name(child) not in without:
                found += _parts_of(child)
    known = _durations().all()
    longest = {part.name: known.get(part.name, part.guess) for part in found}
    return sorted(found, key=lambda part: (-longest[part.name], part.name))


def _parts_of(place: Path) -> list[Part]:
    if place.is_file():
        return [_part(place, [place])] if place.match("test_*.py") else []
    files = sorted(place.rglob("test_*.py"))
    number = min(len(files), -(-_seconds(place, files) // PART))
    if number <= 1 or _name(place) in WHOLE:
        return [_part(place, files)] if files else []
    # Dealt out like cards: neighbours are often equally slow.
    return [
        Part(
            f"{_name(place)} {one + 1}/{number}",
            tuple(_name(file) for file in files[one::number]),
            _seconds(place, files) / number,
        )
        for one in range(number)
    ]


def _part(place: Path, files: Sequence[Path]) -> Part:
    return Part(_name(place), (_name(place),), _seconds(place, files))


def _seconds(place: Path, files: Sequence[Path]) -> int:
    return SECONDS.get(_name(place), SECONDS_OF_A_FILE * len(files))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _is_unit(path: Path) -> bool:
    return path.is_file() or (any(path.glob("test_*.py")) and path != ROOT / "tests")


def _durations() -> Memory:
    return Memory(ROOT / "var" / "test-durations.json")


def run(task: Run) -> int:
    """Run everything and end with one line that counts; return the exit code."""
    began = time.monotonic()
    waiting: queue.Queue[Part] = queue.Queue()
    for part in task.parts:
        waiting.put(part)
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
    task: Run, bed: Bed, waiting: queue.Queue[Part], speaking: threading.Lock
) -> None:
    while True:
        try:
            part = waiting.get_nowait()
        except queue.Empty:
            return
        began = time.monotonic()
        code, output, counts = _pytest(task, bed, part)
        seconds = time.monotonic() - began
        with speaking:
            task.counts.add(counts)
            if counts.failed:
                say(output)
            elif code == 0:
                _durations().set(**{part.name: round(seconds, 1)})
            say(f"  {part.name:<{28}} {seconds:6.1f} s  {counts}")


def _pytest(task: Run, bed: Bed, part: Part) -> tuple[int, str, Counts]:
    report = bed.folder / f"{re.sub(r'[^a-z0-9]+', '-', part.name)}.xml"
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
            *part.paths,
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
