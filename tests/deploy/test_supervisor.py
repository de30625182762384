"""The supervisor starts again what dies, and ends what a killed one left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from deploy.local.folders import Memory
from deploy.local.processes import Identity, group_of
from deploy.local.supervisor import Program, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]
# A parent that ends at once when it is killed, and a child that would live on.
HAS_A_CHILD = [
    "/bin/sh",
    "-c",
    "sleep 600 & echo $! > child; wait",
]


def _until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, tmp_path, said.append)
    yield supervisor
    supervisor.stop()


def _leader(folder: Path, name: str) -> Identity:
    entry = Memory(folder / "processes.json").get(name)
    return Identity(entry["pid"], entry["started"])


def test_a_killed_child_is_started_again(
    supervisor: Supervisor, tmp_path: Path, said: list[str]
):
    supervisor.start(Program("web", SLEEPS))
    first = _leader(tmp_path, "web")
    os.kill(first.pid, signal.SIGKILL)

    def looks() -> bool:
        supervisor.look()
        return _leader(tmp_path, "web") != first

    _until(looks)
    assert _leader(tmp_path, "web").is_alive()
    assert "web ended (signal 9)" in said[0]
    assert str(supervisor.log_of("web")) in said[0]


def test_a_child_that_fails_at_once_is_started_ever_more_rarely(
    supervisor: Supervisor, said: list[str]
):
    supervisor.start(Program("web", ["/bin/false"]))

    def died_twice() -> bool:
        supervisor.look()
        return len(said) >= 2

    _until(died_twice)
    assert "starts again in 1 s" in said[0]
    assert "starts again in 2 s" in said[1]


def test_a_successor_does_not_work_beside_the_dead_ones_children(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    supervisor.start(Program("worker", HAS_A_CHILD))
    _until(lambda: (tmp_path / "child").exists() and _number(tmp_path))
    orphan = Identity.of(_number(tmp_path))
    assert orphan is not None
    os.kill(_leader(tmp_path, "worker").pid, signal.SIGKILL)
    _until(lambda: supervisor.look() or not orphan.is_alive())


def _number(folder: Path) -> int:
    return int((folder / "child").read_text() or 0)


def test_the_next_start_ends_what_a_killed_supervisor_left(
    supervisor: Supervisor, tmp_path: Path
):
    supervisor.start(Program("web", SLEEPS))
    left = _leader(tmp_path, "web")
    # Another supervisor in the same folder knows only what was written down.
    assert Supervisor(tmp_path, tmp_path).end_leftovers() == ["web"]
    assert not left.is_alive()
    assert Supervisor(tmp_path, tmp_path).end_leftovers() == []


def test_a_stale_number_that_another_process_has_now_is_left_alone(tmp_path: Path):
    stranger = subprocess.Popen(SLEEPS, start_new_session=True)
    try:
        Memory(tmp_path / "processes.json").set(
            web={"pid": stranger.pid, "started": 1, "ends_by": 15, "patience": 1.0}
        )
        assert Supervisor(tmp_path, tmp_path).end_leftovers() == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_stopping_kills_what_does_not_want_to_end(
    supervisor: Supervisor, tmp_path: Path
):
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
    supervisor.start(Program("web", [sys.executable, "-c", stubborn], patience=0.2))
    leader = _leader(tmp_path, "web")
    time.sleep(0.3)
    supervisor.stop()
    assert not leader.is_alive()
    assert group_of(leader) == []
    assert Memory(tmp_path / "processes.json").all() == {}


def test_a_log_is_its_owners_alone(supervisor: Supervisor):
    supervisor.start(Program("web", ["/bin/echo", "said something"]))
    _until(lambda: supervisor.has_ended("web"))
    log = supervisor.log_of("web")
    assert log.read_text() == "said something\n"
    assert log.stat().st_mode & 0o077 == 0
