"""Measures what checking a table costs, beside frictionless and bare PostgreSQL.

`make bench-validate` runs it on a throw-away database and writes
docs/benchmarks/validate.md; with `--quick` the table is small and nothing is written.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager
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

from . import validating_file as file
from . import world
from .validating_report import REPORT, report

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS, SAMPLE, ROUNDS = 1_000_000, 50_000, 3
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
    text = report(
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
