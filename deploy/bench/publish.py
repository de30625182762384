"""Measures what an approval costs, beside stock CKAN and beside bare PostgreSQL.

`make bench-publish` runs it on throw-away databases and writes
docs/benchmarks/publish.md; with `--quick` the tables are small and nothing is written.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import os
import platform
from importlib.metadata import version

import sqlalchemy as sa

from ckan import model
from deploy.local.folders import ROOT
from tests.factories import approval as make

from . import loading, readers, switching, tables_cost, world
from .timing import HEADER, Line

REPORT = ROOT / "docs" / "benchmarks" / "publish.md"
SIZES = [10_000, 100_000, 1_000_000, 5_000_000]
QUICK = [1_000, 10_000, 50_000]
NOTES = [
    "Times are medians. Stock CKAN's is the work of xloader's job alone, without the",
    "upload, the queue and the download of the file. Approvals and openings are",
    "measured in rounds, one size after the other. A comparison has to return the rows",
    "that differ, so the join that does so too is what it is measured by; a join that",
    "only counts pairs reads the indexes alone and finds no difference.",
]
PARTS = ("submit", "compare", "load", "readers", "switch")


def main() -> None:
    """Measure the parts that are asked for, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small tables")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this")
    asked = parser.parse_args()
    parts = asked.part or PARTS
    logging.disable(logging.WARNING)
    large = 50_000 if asked.quick else 1_000_000
    lines: list[Line] = []
    met: list[str] = []
    with world.portal():
        office = make.office()
        if "submit" in parts:
            lines += tables_cost.submit(office, large)
        if "compare" in parts:
            lines += tables_cost.compare(office, large)
        if "load" in parts:
            lines += loading.measure(large)
        if "readers" in parts:
            met = readers.measure(office, 5 if asked.quick else 20).sentences()
        if "switch" in parts:
            lines += switching.measure(office, QUICK if asked.quick else SIZES)
        text = report(lines, met)
    print(text)  # noqa: T201 - that is what it is for
    if not asked.quick and not asked.part:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(text)


def report(lines: list[Line], met: list[str]) -> str:
    """Write the page of the documentation."""
    return "\n".join(
        [
            "# What a publication costs",
            "",
            f"`make bench-publish` on {dt.datetime.now(dt.UTC).date()}:",
            f"{machine()}.",
            "",
            *NOTES,
            "",
            *_table(lines),
            "",
            *(["## Readers during publications", ""] if met else []),
            *(f"- {sentence}" for sentence in met),
            "",
        ]
    )


def machine() -> str:
    """Tell what it ran on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    postgresql = model.Session.scalar(sa.text("SHOW server_version"))
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python"
        f" {platform.python_version()}, CKAN {version('ckan')}, PostgreSQL"
        f" {postgresql}, xloader {version('ckanext-xloader')}"
    )


def _table(lines: list[Line]) -> list[str]:
    rows = [HEADER, ["---"] * len(HEADER), *(line.cells() for line in lines)]
    return [f"| {' | '.join(row)} |" for row in rows]


if __name__ == "__main__":
    main()
