"""Reading in a process of its own: what a file does to its reader stays there.

A file may crash a reader, or make it take all memory and time; then the reader's
process ends, and the officer is told, while the portal's own goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ckanext.sonla.shared.findings import Finding
from ckanext.sonla.shared.msgid import N_

from .problems import Unreadable
from .readers.child import decoded
from .readers.table import RawTable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .limits import Limits
    from .readers import Asked, Row

COMMAND = [sys.executable, "-m", "ckanext.sonla.intake.readers.child"]


@contextmanager
def reading(
    path: Path, kind: str, limits: Limits, asked: Asked, *, seconds: int
) -> Iterator[RawTable]:
    """Give a file's table, read by a process that ends with the block.

    Args:
        seconds: how long it may take, by the clock.

    Raises:
        Unreadable: as `readers.read`, also while the rows are read; and when the
            reader met its limits.
    """
    order = {
        "path": str(path),
        "kind": kind,
        "limits": asdict(limits),
        "asked": asdict(asked),
        "memory": limits.memory,
        "seconds": seconds,
    }
    process = subprocess.Popen(  # noqa: S603 - our own module
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    watch = threading.Timer(seconds, process.kill)
    watch.start()
    try:
        answers = _answers(process, order)
        first = next(answers, None)
        if first is None or "table" not in first:
            raise _ended()
        told = first["table"]
        told["merged"] = [tuple(one) for one in told["merged"]]
        table = RawTable(rows=iter(()), **told)
        table.rows = _rows(answers, table)
        yield table
    finally:
        watch.cancel()
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)


def _close(pipe: Any) -> None:
    # The reader may have ended before it read its order.
    with suppress(BrokenPipeError):
        pipe.close()


def _answers(
    process: subprocess.Popen[str], order: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    if process.stdin is None or process.stdout is None:
        return
    try:
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            answer = json.loads(line, object_hook=decoded)
            if "problem" in answer:
                if answer["problem"] is None:
                    break
                raise _told(answer)
            yield answer
    except (BrokenPipeError, json.JSONDecodeError):
        return


def _told(answer: dict[str, Any]) -> Unreadable:
    finding = Finding(**answer["problem"])
    problem = Unreadable(finding.rule, finding.message, params=finding.params)
    problem.finding, problem.known = finding, answer["known"]
    return problem


def _rows(answers: Iterator[dict[str, Any]], table: RawTable) -> Iterator[Row]:
    for answer in answers:
        if "notes" in answer:
            table.notes.extend(Finding(**note) for note in answer["notes"])
            return
        yield from answer["rows"]
    # Without its last word the reader was ended.
    raise _ended()


def _ended() -> Unreadable:
    return Unreadable(
        "reader.ended",
        N_(
            "The file could not be read within the memory and time that one file may "
            "take. Remove what isn't the table (pictures, other sheets, formatting "
            "far from it), or save it as CSV, and upload it again."
        ),
    )
