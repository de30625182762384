"""What `make bench-harvest` says."""

from __future__ import annotations

import datetime as dt
import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from deploy.local.folders import ROOT

from .timing import told as seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

REPORT = ROOT / "docs" / "benchmarks" / "harvest.md"
COPY, UPSERT, WAITING, MEMORY, READ, TIME = 0.35, 10, 0.6, 50, 0.05, 0.3


@dataclass(frozen=True)
class Run:
    """One run: seconds of its parts, its ledger, and the seconds of publishing it."""

    took: dict[str, float]
    ledger: dict[str, Any]
    published: float | None = None

    @property
    def read(self) -> int:
        """Rows that were read."""
        return self.ledger["read"]

    @property
    def staged(self) -> float:
        """Seconds until the rows are staged, checked and compared."""
        return self.took["pull"] + self.took.get("check", 0.0)

    def cells(self, name: str) -> list[str]:
        """Return its line of the table."""
        parts = [self.took.get(p) for p in ("pull", "check", "fill", "submit")]
        times = [*parts, self.published]
        speed = f"{self.read / self.staged:,.0f}"
        return [
            name,
            f"{self.read:,}",
            *("" if one is None else seconds(one) for one in times),
            speed if self.read else "",
        ]


@dataclass
class Told:
    """Everything that was measured.

    Args:
        rows: of the table.
        copied: seconds of psql's copy into a plain table.
        copied_unlogged: the same, into an unlogged one.
        upserted: rows a second by `datastore_upsert`.
        xloaded: seconds of xloader.
        more: runs of other sizes.
        memory: at most, in MB, by the rows of a run.
    """

    rows: int
    copied: float
    copied_unlogged: float
    upserted: float = 0.0
    xloaded: float = 0.0
    sql: Any = None
    rest: Any = None
    nothing: Any = None
    changed: Any = None
    more: list[Run] = field(default_factory=list)
    memory: dict[int, float] = field(default_factory=dict)


def report(found: Told) -> str:
    """Write the page of the documentation."""
    return "\n".join(
        [
            "# What harvesting costs",
            "",
            f"`make bench-harvest` on {dt.datetime.now(dt.UTC).date()}: {machine()}.",
            "",
            *NOTES,
            "",
            *_table(HEADER, list(_runs(found))),
            "",
            *_table(GOALS, list(_goals(found))),
            "",
            "## Memory",
            "",
            "The most that a run's process had, with all of CKAN in it.",
            "",
            *_table(
                ["rows", "memory"],
                [[f"{n:,}", f"{m:.0f} MB"] for n, m in sorted(found.memory.items())],
            ),
            "",
        ]
    )


NOTES = [
    "Twelve columns with a Table Schema: types, required values, a unique key, an",
    "enum, a pattern, ranges, dates in two forms. The SQL source is another database",
    "of the same PostgreSQL, the REST source is Datasette over the same rows in",
    "SQLite, in pages of 10,000. Each run is a process of its own, as the worker's. A",
    "run pulls the rows page by page, each page forced to the disk with its",
    "checkpoint; stages them by one COPY, checks them, and compares them with the",
    "public table; loads them into the draft's table (search vectors and indexes, as",
    "all of CKAN's tables have them); and submits, for which all of the content is",
    "digested. The leader's approval publishes. psql's copy goes into a table without",
    "key and checks nothing, the median of three: into a plain table, as anybody",
    "copies, and into an unlogged one, as ours is staged. `datastore_upsert` and",
    "xloader write into a draft's table, and check nothing beyond the types.",
]
HEADER = [
    "run", "rows read", "pull", "stage, check, compare", "load into the draft",
    "submit", "approve → public", "rows/s, staged and checked",
]  # fmt: skip
GOALS = ["what", "measured", "beside", "ratio", "goal", "met"]


def machine() -> str:
    """Tell what it ran on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    postgresql = model.Session.scalar(sa.text("SHOW server_version"))
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python"
        f" {platform.python_version()}, CKAN {version('ckan')}, PostgreSQL"
        f" {postgresql}, xloader {version('ckanext-xloader')}, Datasette"
        f" {version('datasette')}"
    )


def _runs(found: Told) -> Iterator[list[str]]:
    yield found.sql.cells("SQL, the first")
    yield found.nothing.cells("SQL, nothing changed, incremental")
    yield found.changed.cells("SQL, 1 % changed, incremental")
    yield found.rest.cells("REST, the first")
    for one in found.more:
        yield one.cells("SQL, the first, of another size")


def _goals(found: Told) -> Iterator[list[str]]:
    rows, sql = found.rows, found.sql
    ours = rows / sql.staged
    for kind, took in (("plain", found.copied), ("unlogged", found.copied_unlogged)):
        copied = rows / took
        name = f"psql's copy, {kind} table"
        yield _goal("SQL, staged and checked", ours, name, copied, ours / copied, COPY)
    yield _goal(
        "SQL, staged and checked", ours, "`datastore_upsert`, batches of 1,000",
        found.upserted, ours / found.upserted, UPSERT,
    )  # fmt: skip
    whole = sum(sql.took[part] for part in ("pull", "check", "fill"))
    for name, theirs in (
        ("`datastore_upsert`, batches of 1,000", found.upserted),
        ("xloader", rows / found.xloaded),
    ):
        yield _goal(
            "SQL, loaded into the draft too", rows / whole, name, theirs,
            rows / whole / theirs, None,
        )  # fmt: skip
    waited = found.rest.ledger["source_seconds"]
    share = waited / found.rest.staged
    yield [
        "REST: waiting for the source", seconds(waited), "the run until it is checked",
        f"{share:.2f} of {seconds(found.rest.staged)}", f"≥ {WAITING}",
        _met(share >= WAITING),
    ]  # fmt: skip
    spread = max(found.memory.values()) - min(found.memory.values())
    yield [
        "memory: most, less the least", f"{spread:.0f} MB", "", "",
        f"≤ {2 * MEMORY} MB (±{MEMORY})", _met(spread <= 2 * MEMORY),
    ]  # fmt: skip
    read = found.changed.read / rows
    yield [
        "1 % changed: rows read", f"{found.changed.read:,}", "all rows",
        f"{read:.3f}", f"< {READ}", _met(read < READ),
    ]  # fmt: skip
    took = found.changed.staged / sql.staged
    yield [
        "1 % changed: pulled, staged, compared", seconds(found.changed.staged),
        "the first run", f"{took:.2f}", f"< {TIME}", _met(took < TIME),
    ]  # fmt: skip


def _goal(  # noqa: PLR0913, PLR0917 - a line of the table
    what: str, ours: float, name: str, theirs: float, ratio: float, goal: float | None
) -> list[str]:
    return [
        what,
        f"{ours:,.0f} rows/s",
        f"{name}: {theirs:,.0f} rows/s",
        f"{ratio:.2f}",
        "" if goal is None else f"≥ {goal}",
        "" if goal is None else _met(ratio >= goal),
    ]


def _met(is_met: bool) -> str:
    return "yes" if is_met else "**no**"


def _table(header: list[str], rows: list[list[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]
