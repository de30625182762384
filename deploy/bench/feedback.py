"""Measures what reading feedback costs as it grows, and how much is sent a second.

`make bench-feedback` runs it on throw-away databases and writes
docs/benchmarks/feedback.md; with `--quick` everything is small and nothing is written.
The goals: with 1,000,000 each page and the tick within twice their time with 10,000;
sends a second at least half of what stock `status_show` reaches.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import logging
import os
import platform
import statistics
import subprocess
import sys
from importlib.metadata import version

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests.helpers import call_action
from ckanext.sonla.shared import tick
from deploy.local.folders import ROOT
from tests.conftest import delete_rows

from . import feedback_sending, feedback_world, world
from .timing import HEADER, Line, median_of, size_of, told

REPORT = ROOT / "docs" / "benchmarks" / "feedback.md"
GOAL = 2.0
TICKS = 9
FULL, QUICK = (10_000, 1_000_000), (1_000, 10_000)
# What is timed: who asks, what it is called, where it is.
STRANGER, OFFICER, OPERATOR = "stranger", "officer", "operator"
PAGES = (
    (STRANGER, "list", "/feedback"),
    (STRANGER, "list, page 400", "/feedback?page=400"),
    (STRANGER, "filter: kind", "/feedback?kind=quality"),
    (STRANGER, "filter: open", "/feedback?state=open"),
    (STRANGER, "filter: a rare state", "/feedback?state=paused&kind=format"),
    (STRANGER, "filter: agency and state", "/feedback?agency=co-quan-7&state=rejected"),
    (STRANGER, "filter: year", "/feedback?year={year}"),
    (STRANGER, "filter: dataset", "/feedback?dataset_id=dataset-77"),
    (STRANGER, "filter: entry", "/feedback?entry=DL-77"),
    (STRANGER, "order: support", "/feedback?kind=publish_request&order=supported"),
    (STRANGER, "order: due", "/feedback?order=due"),
    (STRANGER, "search: a common word", "/feedback?q=so+lieu"),
    (STRANGER, "search: a rare word", "/feedback?q=910"),
    (STRANGER, "one", "/feedback/PH-000000000309"),
    (STRANGER, "statistics", "/feedback/statistics"),
    (STRANGER, "Atom", "/feedback.atom"),
    (STRANGER, "API, 100 of them", "/api/3/action/sonla_feedback_list?limit=100"),
    (OFFICER, "inbox", "/api/3/action/sonla_feedback_inbox_list"),
    (OPERATOR, "inbox", "/api/3/action/sonla_feedback_inbox_list"),
    (OPERATOR, "late ones", "/feedback?late=1"),
    (OPERATOR, "statistics, live", "/feedback/statistics"),
)
NOTES = [
    "Medians of 25 (the tick: of 9), in one process without a network. Feedback of",
    "five years and 150 agencies; of what is older than 13 days, two of 1000 are open.",
    "The tick runs all its tasks with nothing new to do. Lists show 20 lines.",
]

SENDING = [
    "Over HTTP on one machine: the web server of `make run` (two processes), the",
    "database and the clients share its processors. Sends come at half the rate of",
    "`status_show`, each from an address of its own, with the 1,000,000 in place; four",
    "times a second somebody reads `/feedback`.",
]


def main() -> None:
    """Measure both sizes, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small portal")
    quick = parser.parse_args().quick
    logging.disable(logging.CRITICAL)
    found: list[dict[tuple[str, str], float]] = []
    with world.portal():
        superuser = sa.create_engine(tk.config["sonla.test.superuser_url"])
        for most in QUICK if quick else FULL:
            model.Session.remove()
            delete_rows(superuser)
            found.append(_measure(superuser, most))
        sent = feedback_sending.measure(10 if quick else feedback_sending.SECONDS)
    text = _report(QUICK if quick else FULL, found) + _told(sent)
    sys.stdout.write(text)
    if not quick:
        REPORT.write_text(text, encoding="utf-8")


def _measure(superuser: sa.Engine, most: int) -> dict[tuple[str, str], float]:
    staff, office = feedback_world.people(superuser)
    feedback_world.fill(superuser, office, most)
    for _ in range(3):
        tick.run_all()
    users = {OFFICER: office.officer, OPERATOR: staff["operator"]}
    told: dict[tuple[str, str], float] = {}
    for who in (STRANGER, OFFICER, OPERATOR):
        mine = [(name, _address(raw)) for asker, name, raw in PAGES if asker == who]
        times = _pages(users.get(who), [address for _, address in mine])
        told |= {(who, name): times[address] for name, address in mine}
    told["", "tick"] = median_of(TICKS, tick.run_all)
    return told


def _address(raw: str) -> str:
    year = dt.datetime.now(tz=dt.UTC).year - 2
    return raw.format(year=year)


def _pages(user: str | None, addresses: list[str]) -> dict[str, float]:
    """Time pages as an account sees them, in a process of its own."""
    token = ""
    if user:
        told = call_action("api_token_create", {"user": user}, user=user, name="bench")
        token = told["token"]
    done = subprocess.run(
        [sys.executable, "-m", "deploy.bench.pages", *addresses],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "BENCH_TOKEN": token},
    )
    found = json.loads(done.stdout[done.stdout.index(b'{"/') :])
    return {address: found[address]["seconds"] for address in addresses}


def _report(sizes: tuple[int, int], found: list[dict[tuple[str, str], float]]) -> str:
    small, whole = found
    lines = [
        Line(
            f"{name} ({who})" if who else name,
            size_of(sizes[1]),
            whole[who, name],
            size_of(sizes[0]),
            small[who, name],
            f"{whole[who, name] / small[who, name]:.2f}",
            f"≤ {GOAL:.0f}",
            whole[who, name] <= GOAL * small[who, name],
        )
        for who, name in whole
    ]
    rows = [HEADER, ["---"] * len(HEADER), *(line.cells() for line in lines)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    return (
        f"# What feedback costs\n\n`make bench-feedback`, {day}, "
        f"CKAN {version('ckan')}, Python {platform.python_version()}, "
        f"{os.cpu_count()} processors.\n\n## Reading\n\n{table}\n\n"
        + "\n".join(NOTES)
        + "\n"
    )


def _told(sent: feedback_sending.Sent) -> str:
    """Return the part on sending."""
    idle, loaded = (feedback_sending.p95(one) for one in (sent.idle, sent.loaded))
    lost = len(sent.codes) - sent.kept
    rows = [
        ["what", "measured", "goal", "met"],
        ["---"] * 4,
        ["stock `status_show`, 8 clients", f"{sent.status:.1f} a second", "", ""],
        [
            f"sends, proof verified, for {sent.seconds:.0f} s",
            f"{sent.reached:.1f} a second",
            f"≥ {sent.status / 2:.1f}",
            _met(sent.reached >= sent.status / 2 * 0.99),
        ],
        ["refused or failed", f"{sent.errors or 0}", "0", _met(not sent.errors)],
        ["accepted and lost", f"{lost} of {len(sent.codes)}", "0", _met(not lost)],
        [
            "a send, median and p95",
            " and ".join(
                told(one)
                for one in (
                    statistics.median(sent.waits),
                    feedback_sending.p95(sent.waits),
                )
            ),
            "",
            "",
        ],
        [
            "readers' p95 of /feedback, idle and meanwhile",
            f"{told(idle)}, {told(loaded)}: {loaded / idle:.2f}",
            "≤ 3",
            _met(loaded <= 3 * idle),
        ],
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"\n## Sending\n\n{table}\n\n" + "\n".join(SENDING) + "\n"


def _met(yes: bool) -> str:
    return "yes" if yes else "**no**"
