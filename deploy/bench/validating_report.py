"""The report of the benchmark of checking a table."""

from __future__ import annotations

import datetime as dt
import os
import platform
from importlib.metadata import version
from typing import Any

from deploy.local.folders import ROOT

MOST_OVER_COPY, LEAST_OVER_FRICTIONLESS = 2.5, 20
REPORT = ROOT / "docs" / "benchmarks" / "validate.md"


def report(rows: int, sample: int, postgresql: str, **taken: Any) -> str:
    """Return the page of a measurement.

    Args:
        rows: how many the portal checked.
        sample: how many frictionless did.
        postgresql: its version.
        taken: seconds, by what they were taken for.
    """
    over_copy = taken["both"] / taken["raw"]
    speed, theirs = rows / taken["both"], sample / taken["theirs"]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return "\n".join(
        [
            "# What checking a table costs",
            "",
            f"`make bench-validate` on {dt.datetime.now(dt.UTC).date()}:",
            f"{os.cpu_count()} cores, {memory:.0f} GiB,",
            f"Python {platform.python_version()},",
            f"PostgreSQL {postgresql},",
            f"frictionless {version('frictionless')}.",
            "",
            "Twelve columns: types, required, a unique key, an enum, a pattern,",
            "ranges, dates in two forms, one foreign key. Ours are medians of three.",
            "The file is the same for all; frictionless reads its first",
            f"{sample:,} rows, because its time grows with them; its start is counted.",
            "",
            "| what | rows | time | rows/s |",
            "| --- | ---: | ---: | ---: |",
            *_lines(rows, sample, taken),
            "",
            f"- COPY and check take {over_copy:.2f} times a bare COPY; the goal is",
            f"  at most {MOST_OVER_COPY}: {_verdict(over_copy <= MOST_OVER_COPY)}.",
            f"- They are {speed / theirs:.0f} times as fast as frictionless; the goal",
            f"  is at least {LEAST_OVER_FRICTIONLESS}:",
            f"  {_verdict(speed / theirs >= LEAST_OVER_FRICTIONLESS)}.",
            f"  A bare COPY alone is {rows / taken['raw'] / theirs:.0f} times as fast.",
            *_HOW.format(helpers=taken["helpers"]).splitlines(),
            "",
        ]
    )


def _lines(rows: int, sample: int, taken: dict[str, Any]) -> list[str]:
    """Return the lines of the table: what, rows, seconds, rows per second."""
    refused = taken["refused"]
    bad = refused["copy"] + refused["check"]
    lines = [
        ("bare `COPY` into typed columns", rows, taken["raw"]),
        ("`COPY` into the staging table, and check", rows, taken["both"]),
        ("of which the check", rows, taken["check"]),
        (
            f"the same, 1 row in 100 wrong ({refused['findings']} findings)",
            rows, bad,
        ),
        ("`frictionless validate`", sample, taken["theirs"]),
        ("a whole load of the CSV file", rows, taken["whole"]["whole"]),
        ("of which read and staged", rows, taken["whole"]["read"]),
        ("of which checked, cast and written", rows, taken["whole"]["checked"]),
        ("of which indexed", rows, taken["whole"]["indexed"]),
    ]  # fmt: skip
    return [
        f"| {what} | {size:,} | {seconds:.2f} s | {size / seconds:,.0f} |"
        for what, size, seconds in lines
    ]


_HOW = """\
- Columns that repeat their values are grouped by one scan, and each different value is
  read once, exactly; the other columns are screened by one more, with casts instead of
  regular expressions; the key is compared by its hashes. PostgreSQL shares the first
  two among its processes (up to {helpers} beside the load's own; the staging table is
  unlogged and not temporary for that).
- A column of many different values, one of which is of another type, is read again
  row by row by the exact expressions, and wrong cells are fetched: that is the fourth
  line.
- The last lines are what an officer's upload costs as a whole, measured once, the
  reading of the file in Python included. Most of it is what CKAN's search in a table
  needs: each row's search vector, and the index over them."""


def _verdict(met: bool) -> str:
    return "met" if met else "**not met**"
