"""Readers at 50 requests a second while publications go on: errors and mixtures."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.local.folders import ROOT
from deploy.local.portal import gunicorn
from tests.factories import approval as make

from . import world
from .timing import stopwatch

if TYPE_CHECKING:
    from collections.abc import Callable

RATE = 50
SWITCHES = 5
ROWS = 50_000
PAGE = 100
TIMEOUT = 10


@dataclass
class Seen:
    """What the readers met."""

    answers: int = 0
    errors: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    states: set[str] = field(default_factory=set)
    waits: list[float] = field(default_factory=list)
    switches: list[float] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """Tell it."""
        slowest = max(self.waits, default=0) * 1000
        middle = statistics.median(self.waits) * 1000 if self.waits else 0
        asked = "half `datastore_search`, a quarter files, a quarter whole dumps"
        times = f"median {middle:.0f} ms, slowest {slowest:.0f} ms"
        return [
            f"{self.answers} answers at {RATE} requests per second: {asked}",
            f"publications meanwhile: {len(self.switches)}, of {ROWS} rows each",
            f"errors: {len(self.errors)} {sorted(set(self.errors))[:3] or ''}".strip(),
            f"torn responses: {len(self.torn)} {self.torn[:3] or ''}".strip(),
            f"states seen: {len(self.states)}; {times}",
        ]


def measure(office: make.Office, seconds: float) -> Seen:
    """Publish some updates while readers ask a real web server."""
    first = world.publish(office, ROWS)
    dataset_id = first["dataset_id"]
    public = make.show(dataset_id)["resources"][0]
    revision = world.update(office, dataset_id)
    world.fill(office, world.resource_of(revision), ROWS, 4, mark=2)
    last = make.approve(office, make.submit(office, revision))
    seen = Seen()
    with _Server() as base:
        addresses = _addresses(base, dataset_id, public["id"])
        done = threading.Event()
        readers = threading.Thread(target=_read, args=(addresses, seen, done))
        readers.start()
        _publish_some(office, last, seen, seconds)
        done.set()
        readers.join()
    return seen


def _publish_some(
    office: make.Office, last: world.Revision, seen: Seen, seconds: float
) -> None:
    for number in range(3, SWITCHES + 3):
        revision = world.update(office, last["dataset_id"])
        world.take_old(revision, last, number)
        submitted = make.submit(office, revision)
        time.sleep(seconds / SWITCHES)
        with stopwatch() as took:
            last = make.approve(office, submitted)
        seen.switches += took
        if last["state"] != "published":
            seen.errors.append(f"a publication stayed {last['state']}")


def _addresses(
    base: str, dataset_id: str, resource_id: str
) -> list[tuple[str, Callable[[bytes], str | None]]]:
    search = f"{base}/api/3/action/datastore_search?resource_id={resource_id}"
    file = f"{base}/dataset/{dataset_id}/resource/{resource_id}/download"
    return [
        (f"{search}&limit={PAGE}&sort=ma", _rows),
        (file, _file),
        (f"{search}&limit={PAGE}&sort=ma", _rows),
        (f"{base}/datastore/dump/{resource_id}", _dump),
    ]


def _rows(body: bytes) -> str | None:
    """Return the state that an answer shows; None for a mixture or a part."""
    result = json.loads(body)["result"]
    marks = {row[world.MARK] for row in result["records"]}
    # One row has the number of its publication, the others the table's.
    first = result["records"][0][world.MARK]
    whole = result["total"] == ROWS and len(result["records"]) == PAGE
    return f"rows {first}" if whole and len(marks) <= len(("first", "rest")) else None


def _file(body: bytes) -> str | None:
    # Each revision's file names it, so two halves of two would be of no length.
    name = body.removeprefix(b"%PDF-1.4 ")
    return f"file {name!r}" if len(name) in (1, 36) else None


def _dump(body: bytes) -> str | None:
    whole = body.endswith(b"\n") and body.count(b"\n") == ROWS + 1
    return f"dump {hashlib.sha256(body).hexdigest()}" if whole else None


def _read(
    addresses: list[tuple[str, Callable[[bytes], str | None]]],
    seen: Seen,
    done: threading.Event,
) -> None:
    """Ask at a steady rate, whatever the answers take."""
    with ThreadPoolExecutor(max_workers=RATE) as pool:
        begin, number = time.monotonic(), 0
        while not done.is_set():
            pool.submit(_ask, *addresses[number % len(addresses)], seen)
            number += 1
            time.sleep(max(0.0, begin + number / RATE - time.monotonic()))
        # Where the server can't keep up, what still waits would take minutes.
        pool.shutdown(cancel_futures=True)


def _ask(address: str, judge: Callable[[bytes], str | None], seen: Seen) -> None:
    started = time.monotonic()
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT) as answer:  # noqa: S310 - our own server
            state = judge(answer.read())
    except (OSError, urllib.error.URLError, ValueError, KeyError) as error:
        seen.errors.append(f"{type(error).__name__}: {error}")
        return
    seen.answers += 1
    seen.waits.append(time.monotonic() - started)
    if state is None:
        seen.torn.append(address)
    else:
        seen.states.add(state)


class _Server:
    """The web server of `make run`, on a free port."""

    def __enter__(self) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._log = Path(os.environ.get("BENCH_LOG", os.devnull)).open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn.app.wsgiapp", *gunicorn(port)[1:]],
            cwd=ROOT,
            env=os.environ,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
        )
        base = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{base}/health/live", timeout=1)  # noqa: S310 - our own server
            except OSError:
                time.sleep(0.2)
            else:
                return base
        raise TimeoutError("the web server doesn't start")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(30)
        self._log.close()
