"""Processes known by more than their number, so that a stale number harms nobody."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
# Seconds that the system gets to end a killed process.
DEATH = 5.0


@dataclass(frozen=True)
class Identity:
    """A process number and the clock tick at which that process began.

    A number is given again after a process ended; number and beginning together are
    not. Started as the leader of a session, a process shares its number with its group.
    """

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """Return the identity of a living process, None for one that ended."""
        fields = _stat(pid)
        return cls(pid, int(fields[19])) if fields else None

    def is_alive(self) -> bool:
        """Tell whether this very process still runs; a zombie does not."""
        fields = _stat(self.pid)
        return bool(fields) and int(fields[19]) == self.started and fields[0] != "Z"


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat from the state on, none without it."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return []
    # The second field is the program's name in brackets, and may hold anything.
    return text[text.rindex(")") + 2 :].split()


def group_of(leader: Identity) -> list[Identity]:
    """Return the living members of a leader's group, if the group is still his.

    When another process got the leader's number since, it leads another group.
    """
    now = Identity.of(leader.pid)
    if now is not None and now != leader:
        return []
    members = []
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        fields = _stat(int(entry.name))
        if fields and fields[0] != "Z" and int(fields[2]) == leader.pid:
            members.append(Identity(int(entry.name), int(fields[19])))
    return members


def end(leader: Identity, how: signal.Signals, patience: float) -> None:
    """Ask a process to end as it likes to be asked; its group has to follow.

    `patience` is in seconds; whatever of the group lives after it is killed.
    """
    if leader.is_alive():
        with suppress(ProcessLookupError):
            os.kill(leader.pid, how)
    until = time.monotonic() + patience
    while leader.is_alive() and time.monotonic() < until:
        _reap(leader.pid)
        time.sleep(0.05)
    until = time.monotonic() + DEATH
    while (members := group_of(leader)) and time.monotonic() < until:
        for member in members:
            with suppress(ProcessLookupError):
                os.kill(member.pid, signal.SIGKILL)
        _reap(leader.pid)
        time.sleep(0.01)


def _reap(pid: int) -> None:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
