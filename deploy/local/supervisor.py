"""Runs the portal's processes, and starts each again that ends by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .folders import Memory
from .processes import Identity, end, group_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# A child that lived this long had not failed at its start.
SETTLED = 60.0
LARGE_LOG = 20_000_000


@dataclass(frozen=True)
class Program:
    """What to run: its name, its command, and the way in which it likes to end."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    ends_by: signal.Signals = signal.SIGTERM
    patience: float = 15.0


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[Any]
    identity: Identity | None
    began: float
    pause: float = FIRST_PAUSE
    again_at: float | None = None


class Supervisor:
    """The programs of one portal.

    Which processes run is written down, so that the next start, or `make stop`, ends
    what a killed supervisor left behind.
    """

    def __init__(
        self, folder: Path, logs: Path, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self._register = Memory(folder / "processes.json")
        self._logs = logs
        self._tell = tell
        self._children: dict[str, _Child] = {}

    def start(self, program: Program) -> None:
        """Start a program and keep it running from now on."""
        process = self._spawn(program)
        self._children[program.name] = _Child(
            program, process, Identity.of(process.pid), time.monotonic()
        )
        self._write_down()

    def look(self) -> None:
        """Start again whatever ended since the last look, after a growing pause."""
        for child in self._children.values():
            if child.again_at is None and child.process.poll() is not None:
                self._bury(child)
            if child.again_at is not None and time.monotonic() >= child.again_at:
                child.process = self._spawn(child.program)
                child.identity = Identity.of(child.process.pid)
                child.began, child.again_at = time.monotonic(), None
                self._write_down()

    def has_ended(self, name: str) -> bool:
        """Tell whether a program does not run at this moment."""
        return self._children[name].process.poll() is not None

    def log_of(self, name: str) -> Path:
        """Return the file that a program writes its output to."""
        return self._logs / f"{name}.log"

    def stop(self) -> None:
        """End every program, the last started first."""
        for name in reversed(list(self._children)):
            child = self._children.pop(name)
            if child.identity is not None:
                end(child.identity, child.program.ends_by, child.program.patience)
            child.process.poll()
        self._write_down()

    def end_leftovers(self) -> list[str]:
        """End what an earlier supervisor left running; return its names."""
        found = []
        for name, entry in reversed(list(self._register.all().items())):
            leader = Identity(entry["pid"], entry["started"])
            if leader.is_alive() or group_of(leader):
                end(leader, signal.Signals(entry["ends_by"]), entry["patience"])
                found.append(name)
        self._write_down()
        return found

    def _bury(self, child: _Child) -> None:
        code = child.process.returncode
        lived = time.monotonic() - child.began
        child.pause = (
            FIRST_PAUSE if lived > SETTLED else min(child.pause * 2, LONGEST_PAUSE)
        )
        child.again_at = time.monotonic() + child.pause
        if child.identity is not None:
            # Its own children must not work beside those of its successor.
            end(child.identity, child.program.ends_by, 0)
        how = f"signal {-code}" if code < 0 else f"code {code}"
        self._tell(
            f"{child.program.name} ended ({how}), starts again in {child.pause:g} s; "
            f"its log: {self.log_of(child.program.name)}"
        )

    def _spawn(self, program: Program) -> subprocess.Popen[Any]:
        log = self.log_of(program.name)
        if log.exists() and log.stat().st_size > LARGE_LOG:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            log.chmod(0o600)
            process: subprocess.Popen[Any] = subprocess.Popen(
                list(program.command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **program.environment},
                start_new_session=True,
                **as_user(program.user),
            )
        return process

    def _write_down(self) -> None:
        self._register.replace(
            {
                name: {
                    "pid": child.identity.pid,
                    "started": child.identity.started,
                    "ends_by": int(child.program.ends_by),
                    "patience": child.program.patience,
                }
                for name, child in self._children.items()
                if child.identity is not None
            }
        )


def as_user(user: str | None) -> dict[str, Any]:
    """Return the arguments with which a subprocess runs under another account."""
    if user is None:
        return {}
    return {"user": user, "group": user, "extra_groups": [], "cwd": "/"}
