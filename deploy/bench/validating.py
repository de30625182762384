"""Measures what checking a table costs, beside frictionless and bare PostgreSQL.

`make bench-validate` runs it on a throw-away database and writes
docs/benchmarks/validate.md; with `--quick` the table is small and nothing is written.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Composable, Identifier, Literal

from ckanext.sonla.intake import (
    columns,
    datastore,
    limits,
    progress,
    rules,
    staging,
    tables,
)
from ckanext.sonla.intake.columns import Column
from ckanext.sonla.intake.governed import Rules
from ckanext.sonla.intake.problems import Findings
from ckanext.sonla.intake.references import ForeignKey
from deploy.local.folders import ROOT

from . import validating_file as file
from . import world

if TYPE_CHECKING:
    from collections.abc import Iterator

REPORT = ROOT / "docs" / "benchmarks" / "validate.md"
ROWS, SAMPLE, ROUNDS = 1_000_000, 50_000, 3
MOST_OVER_COPY, LEAST_OVER_FRICTIONLESS = 2.5, 20
COMMUNES = "bench_communes"


def main() -> None:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small table")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    rows, sample = (50_000, 5_000) if asked.quick else (ROWS, SAMPLE)
    with world.portal(), tempfile.TemporaryDirectory() as folder:
        good = file.write(Path(folder) / "good.csv", rows)
        bad = file.write(Path(folder) / "bad.csv", rows, wrong=100)
        part = file.write(Path(folder) / "part.csv", sample)
        with datastore.writing() as connection:
            cursor = datastore.cursor_of(connection)
            _communes(cursor)
            raw = _copied(cursor, good, asked.rounds)
            ours = [_checked(cursor, good, rows) for _round in range(asked.rounds)]
            refused = _checked(cursor, bad, rows)
            cursor.execute(SQL("DROP TABLE {}").format(Identifier(COMMUNES)))
            cursor.execute(
                "SELECT split_part(current_setting('server_version'), ' ', 1),"
                " current_setting('max_parallel_workers_per_gather')"
            )
            postgresql, helpers = cursor.fetchone()
        theirs = _frictionless(part, folder)
        whole = _loaded(good)
    both = statistics.median(one["copy"] + one["check"] for one in ours)
    check = statistics.median(one["check"] for one in ours)
    text = _report(
        rows, sample, postgresql,
        raw=raw, both=both, check=check, refused=refused, theirs=theirs,
        whole=whole, helpers=helpers,
    )  # fmt: skip
    print(text)  # noqa: T201 - that is what it is for
    if not asked.quick:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(text)


@contextmanager
def _timed(into: dict[str, Any], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    into[name] = time.perf_counter() - start


def _communes(cursor: Any) -> None:
    cursor.execute(
        SQL("CREATE TABLE {} AS SELECT lpad(n::text, 5, '0') AS ma").format(
            Identifier(COMMUNES)
        )
        + SQL(" FROM generate_series({}, {}) n").format(
            Literal(file.FIRST_COMMUNE), Literal(file.FIRST_COMMUNE + file.COMMUNES - 1)
        )
    )


def _copied(cursor: Any, path: Path, rounds: int) -> float:
    """Return what a COPY takes into a table of the columns' types, checking nothing."""
    names = [one["name"] for one in file.SCHEMA["fields"]]
    cursor.execute("SELECT set_config('datestyle', 'ISO, DMY', true)")
    taken: dict[str, float] = {}
    times = []
    for _round in range(rounds):
        cursor.execute(
            SQL("CREATE TABLE bench_raw ({})").format(
                SQL(", ").join(
                    SQL("{} {}").format(Identifier(one["name"]), SQL(kind))
                    for one, kind in zip(
                        file.SCHEMA["fields"], file.PLAIN_TYPES, strict=True
                    )
                )
            )
        )
        with _timed(taken, "copy"):
            _copy(cursor, Identifier("bench_raw"), names, path)
        times.append(taken["copy"])
        cursor.execute("DROP TABLE bench_raw")
    return statistics.median(times)


def _copy(
    cursor: Any, table: Composable, names: list[str], path: Path, *options: str
) -> None:
    query = SQL("COPY {} ({}) FROM STDIN ({})").format(
        table,
        SQL(", ").join(map(Identifier, names)),
        SQL(", ").join(map(SQL, ("FORMAT csv", "HEADER", *options))),
    )
    with path.open("rb") as source:
        cursor.copy_expert(query, source, 1 << 20)


def _checked(cursor: Any, path: Path, rows: int) -> dict[str, Any]:
    """Stage a file by COPY and check it as a load does; return seconds and findings."""
    fields = file.SCHEMA["fields"]
    names = [f"c{at}" for at in range(len(fields))]
    cursor.execute(
        SQL(
            "CREATE UNLOGGED TABLE {} (row_number int8"
            " GENERATED BY DEFAULT AS IDENTITY (CACHE 10000), {})"
        ).format(
            staging.table(cursor),
            SQL(", ").join(SQL("{} text").format(Identifier(one)) for one in names),
        )
    )
    found = []
    for field, name in zip(fields, names, strict=True):
        raw = Identifier(name)
        found.append(Column(field["name"], field, raw, columns.typed(field, raw)))
    relation = rules.Relation(
        staging.table(cursor), SQL("row_number"), found, is_text=True
    )
    key = ForeignKey(["xa"], ["ma"], "DM-XA", [COMMUNES])
    findings = Findings(limits.current().findings)
    taken: dict[str, Any] = {}
    with _timed(taken, "copy"):
        _copy(cursor, staging.table(cursor), names, path, "FREEZE")
    with _timed(taken, "check"):
        rules.check(cursor, relation, file.SCHEMA, findings, [key])
    staging.drop(cursor)
    return {**taken, "findings": findings.count, "rows": rows}


class _Stages(progress.Progress):
    """Notes when each stage of a load began."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}

    def stage(self, name: str, total: int | None = None) -> None:  # noqa: ARG002
        self.began[name] = time.perf_counter()


def _loaded(path: Path) -> dict[str, float]:
    """Load a file as an officer's upload is; return the seconds of its stages."""
    told, name = _Stages(), str(uuid.uuid4())
    table = {"name": "truong", "title": "Trường", "schema": file.SCHEMA}
    source = tables.Source(
        path, "CSV", name, Rules(table=table), limits.current(), told
    )
    if not tables.load(source).is_loaded:
        raise SystemExit("The good file was refused.")
    end = time.perf_counter()
    datastore.drop(name)
    read, checked, indexed = (
        told.began[stage]
        for stage in (progress.READING, progress.CHECKING, progress.INDEXING)
    )
    return {
        "whole": end - read,
        "read": checked - read,
        "checked": indexed - checked,
        "indexed": end - indexed,
    }


def _frictionless(path: Path, folder: str) -> float:
    """Return the seconds of `frictionless validate` on a file, starting it included."""
    descriptor = file.package(path, Path(folder))
    start = time.perf_counter()
    done = subprocess.run(
        [Path(sys.executable).parent / "frictionless", "validate", descriptor],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    return time.perf_counter() - start


def _report(rows: int, sample: int, postgresql: str, **taken: Any) -> str:
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
