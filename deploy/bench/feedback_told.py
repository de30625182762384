"""What the benchmark of feedback found, and the tables that it writes."""

from __future__ import annotations

import datetime as dt
import os
import platform
import statistics
from dataclasses import dataclass, field
from importlib.metadata import version

from .feedback_sending import CLIENTS, READS_A_SECOND, Sent, p95
from .timing import HEADER, Line, size_of, told

GOAL = 2.0
READERS = 3
READING = """
Medians of 25 (the tick: of 9), in one process without a network. Feedback of five years
and 150 agencies; of what is older than 13 days, two of 1000 are open. Lists show 20
lines. The tick runs all its tasks with nothing new to do.

The feedback is made by statements of SQL, past the triggers
(`session_replication_role`) and with the indexes built at the end; that the words to be
searched are those that the trigger would write is compared. A quarter's freezing sums a
twentieth of everything, once in three months: it grows as the quarter does.
"""
SENDING = f"""
Over HTTP on one machine: the web server of `make run` (two processes of four threads),
the database, Redis and {CLIENTS} clients share its processors. `status_show` and sends
as fast as they go take turns, three times; the medians are told, and the ratio is
theirs. Then, for a minute, sends come at half the rate of `status_show`, each from an
address of its own behind a trusted proxy, while somebody reads `/feedback`
{READS_A_SECOND} times a second; and, for half a minute, at three quarters of the most
that were reached. Proofs are solved beforehand, and verified at the
default policy's cost.
"""


@dataclass
class Read:
    """What one size took: seconds by who asks for what, and bytes of memory."""

    times: dict[tuple[str, str], float] = field(default_factory=dict)
    filling: float = 0.0
    freezing: float = 0.0
    memory: float = 0


def head() -> str:
    """Return the page's first lines: the day, the versions, the machine's size."""
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"# What feedback costs\n\n`make bench-feedback`, {day}, "
        f"CKAN {version('ckan')}, Python {platform.python_version()}, "
        f"{os.cpu_count()} processors, {memory:.0f} GiB of memory.\n"
    )


def reading(sizes: tuple[int, int], small: Read, whole: Read) -> str:
    """Return the part on reading."""
    lines = [
        Line(
            f"{name} ({who})" if who else name,
            size_of(sizes[1]),
            whole.times[who, name],
            size_of(sizes[0]),
            small.times[who, name],
            f"{whole.times[who, name] / small.times[who, name]:.2f}",
            f"≤ {GOAL:.0f}",
            whole.times[who, name] <= GOAL * small.times[who, name],
        )
        for who, name in whole.times
    ]
    lines += [
        Line(what, size_of(sizes[1]), ours, size_of(sizes[0]), theirs)
        for what, ours, theirs in (
            ("freezing a quarter", whole.freezing, small.freezing),
            ("making it for the benchmark", whole.filling, small.filling),
        )
    ]
    memory = (
        f"Memory of the process that reads, at its most: {_mebi(whole.memory)} with "
        f"{size_of(sizes[1])}, {_mebi(small.memory)} with {size_of(sizes[0])}."
    )
    table = _table([HEADER, *(line.cells() for line in lines)])
    return f"\n## Reading\n\n{table}\n{READING}\n{memory}\n"


def sending(sent: Sent, size: int) -> str:
    """Return the part on sending, among so many."""
    idle, loaded, calm = p95(sent.idle), p95(sent.loaded), p95(sent.calmly)
    status, most = statistics.median(sent.status), statistics.median(sent.most)
    lost = len(sent.codes) - sent.kept
    waits = " and ".join(told(one) for one in (_middle(sent.waits), p95(sent.waits)))
    rows = [
        ["what", "measured", "goal", "met"],
        ["stock `status_show`", f"{status:.0f} a second", "", ""],
        [
            "sends, proof verified",
            f"{most:.0f} a second: {most / status:.2f}",
            "≥ 0.5",
            _met(most >= status / 2),
        ],
        [
            f"the same for {sent.seconds:.0f} s beside readers",
            f"{sent.reached:.0f} a second",
            f"≥ {sent.goal:.0f}",
            _met(sent.reached >= sent.goal * 0.99),
        ],
        ["a send of these, median and p95", waits, "", ""],
        ["refused or failed", f"{sent.errors or 0}", "0", _met(not sent.errors)],
        ["accepted and lost", f"{lost} of {len(sent.codes)}", "0", _met(not lost)],
        [
            "readers' p95 of `/feedback`, idle and meanwhile",
            f"{told(idle)}, {told(loaded)}: {loaded / idle:.2f}",
            f"≤ {READERS}",
            _met(loaded <= READERS * idle),
        ],
        [
            f"the same while {sent.calm:.0f} a second are sent",
            f"{told(calm)}: {calm / idle:.2f}",
            f"≤ {READERS}",
            _met(calm <= READERS * idle),
        ],
    ]
    return f"\n## Sending, among {size_of(size)}\n\n{_table(rows)}\n{SENDING}"


def _middle(waits: list[float]) -> float:
    return statistics.median(waits) if waits else 0.0


def _mebi(memory: float) -> str:
    return f"{memory / 2**20:.0f} MiB"


def _table(rows: list[list[str]]) -> str:
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def _met(yes: bool) -> str:
    return "yes" if yes else "**no**"
