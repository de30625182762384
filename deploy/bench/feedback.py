"""Measures what reading feedback costs as it grows, and how much is sent a second.

`make bench-feedback` runs it on throw-away databases and writes
docs/benchmarks/feedback.md; with `--quick` everything is small and nothing is written.
The goals: with 1,000,000 each page and the tick within twice their time with 10,000;
sends a second at least half of what stock `status_show` reaches.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests.helpers import call_action
from ckanext.sonla.shared import clock, tick
from deploy.local.folders import ROOT
from tests.conftest import delete_rows

from . import feedback_sending, feedback_told, feedback_world, pages, world
from .timing import median_of, stopwatch

REPORT = ROOT / "docs" / "benchmarks" / "feedback.md"
TICKS = 9
FULL, QUICK = (10_000, 1_000_000), (1_000, 10_000)
# What is timed: who asks, what it is called, where it is.
STRANGER, OFFICER, LEADER, OPERATOR = "stranger", "officer", "leader", "operator"
PAGES = (
    (STRANGER, "list", "/feedback"),
    (STRANGER, "list, page 400", "/feedback?page=400"),
    (STRANGER, "filter: kind", "/feedback?kind=quality"),
    (STRANGER, "filter: open", "/feedback?state=open"),
    (STRANGER, "filter: a rare state", "/feedback?state=paused&kind=format"),
    (STRANGER, "filter: agency and state", "/feedback?agency=co-quan-7&state=rejected"),
    (STRANGER, "filter: year", "/feedback?year={year}"),
    (STRANGER, "filter: dataset", "/feedback?dataset_id=dataset-77"),
    (STRANGER, "filter: entry", "/feedback?entry=DL-75"),
    (STRANGER, "order: support", "/feedback?kind=publish_request&order=supported"),
    (STRANGER, "order: due", "/feedback?order=due"),
    (STRANGER, "search: a common word", "/feedback?q=so+lieu"),
    (STRANGER, "search: a rare word", "/feedback?q=910"),
    (STRANGER, "one", "/feedback/PH-000000000309"),
    (STRANGER, "statistics", "/feedback/statistics"),
    (STRANGER, "Atom", "/feedback.atom"),
    (STRANGER, "CSV, its first byte", f"/feedback.csv{pages.FIRST}"),
    (STRANGER, "API, 100 of them", "/api/3/action/sonla_feedback_list?limit=100"),
    (STRANGER, "API, only the count", "/api/3/action/sonla_feedback_list?limit=0"),
    (OFFICER, "inbox", "/api/3/action/sonla_feedback_inbox_list"),
    (OFFICER, "inbox, as a page", "/feedback/inbox"),
    (LEADER, "inbox", "/api/3/action/sonla_feedback_inbox_list"),
    (OPERATOR, "inbox", "/api/3/action/sonla_feedback_inbox_list"),
    (OPERATOR, "inbox, as a page", "/feedback/inbox"),
    (OPERATOR, "late ones", "/feedback?late=1"),
    (OPERATOR, "statistics, live", "/feedback/statistics"),
)


def main() -> None:
    """Measure both sizes, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small portal")
    parser.add_argument("--only", choices=["reading", "sending"], help="half of it")
    asked = parser.parse_args()
    sizes = QUICK if asked.quick else FULL
    logging.disable(logging.CRITICAL)
    text = feedback_told.head()
    with world.portal():
        # So that it measures the same at any time of the day.
        tk.config["sonla.policy.digest_hour"] = 0
        superuser = sa.create_engine(tk.config["sonla.test.superuser_url"])
        found = []
        for most in sizes[1:] if asked.only == "sending" else sizes:
            model.Session.remove()
            delete_rows(superuser)
            found.append(_measure(superuser, most, read=asked.only != "sending"))
        if asked.only != "sending":
            text += feedback_told.reading(sizes, found[0], found[1])
        if asked.only != "reading":
            seconds = feedback_sending.SHORT if asked.quick else feedback_sending.LONG
            text += feedback_told.sending(feedback_sending.measure(seconds), sizes[1])
    sys.stdout.write(text)
    if not (asked.quick or asked.only):
        REPORT.write_text(text, encoding="utf-8")


def _measure(superuser: sa.Engine, most: int, *, read: bool) -> feedback_told.Read:
    told = feedback_told.Read()
    staff, office = feedback_world.people(superuser)
    with stopwatch() as took:
        feedback_world.fill(superuser, office, most)
    told.filling = took[0]
    told.freezing = feedback_world.freeze()
    for _ in range(3):
        tick.run_all()
    feedback_world.tidy(superuser)
    users = {
        OFFICER: office.officer,
        LEADER: office.leader,
        OPERATOR: staff["operator"],
    }
    for who in (STRANGER, *users) if read else ():
        mine = [(name, _address(raw)) for asker, name, raw in PAGES if asker == who]
        pages_told = _pages(users.get(who), [address for _, address in mine])
        for name, address in mine:
            told.times[who, name] = pages_told[address]["seconds"]
        told.memory = max(told.memory, *(one["peak"] for one in pages_told.values()))
    if read:
        told.times["", "tick, nothing due"] = median_of(TICKS, tick.run_all)
    return told


def _address(raw: str) -> str:
    return raw.format(year=clock.today().year - 2)


def _pages(user: str | None, addresses: list[str]) -> dict[str, dict[str, float]]:
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
    return json.loads(done.stdout[done.stdout.index(b'{"/') :])
