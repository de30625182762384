"""What the benchmark of deadlines found, and the table that it writes."""

from __future__ import annotations

import datetime as dt
import os
import platform
from dataclasses import dataclass
from importlib.metadata import version

from .timing import HEADER, Line, size_of

GOAL = 2.0
NOTES = [
    "Medians of 25 (the tick: of 9), in one process without a network: of the",
    "operator, of an agency's officer, and of `ckan sonla tick` with all its tasks. Of",
    "ten obligations eight were met in time, one late, one never. A quarter's opening",
    "is the transaction that makes all obligations of the running period; reminders",
    "are the first rung of everything that is open, with one mail for each person.",
]


@dataclass(frozen=True)
class Size:
    """How much there is: `shared` entries are owed by every agency."""

    agencies: int
    entries: int
    shared: int
    quarters: int

    def part(self, share: float) -> Size:
        """Return a part of it, over the same time."""
        return Size(
            max(1, int(self.agencies * share)),
            max(2, int(self.entries * share)),
            max(1, int(self.shared * share)),
            self.quarters,
        )


@dataclass
class Told:
    """What one size took, in seconds."""

    size: Size
    obligations: int
    opened: int
    matrix: float
    listing: float
    missing: float
    agency: float
    tick: float
    opening: float
    reminding: float


def report(found: list[Told]) -> str:
    """Return the page of what was found, the smallest size first."""
    small, whole = found[0], found[-1]
    lines = [
        _line("matrix of the operator", whole, small, whole.matrix, small.matrix),
        _line("list of four quarters", whole, small, whole.listing, small.listing),
        _line("everything missing in them", whole, small, whole.missing, small.missing),
        _line("an agency's page", whole, small, whole.agency, small.agency),
        _line("tick, nothing due", whole, small, whole.tick, small.tick),
    ]
    for told in found:
        each = told.opening / told.opened * 1e6
        lines.append(
            Line(
                "a quarter's opening",
                f"{size_of(told.opened)} obligations",
                told.opening,
                f"{each:.0f} µs each",
            )
        )
    lines += [
        Line(
            "first reminders put into the outbox",
            f"{size_of(told.size.agencies)} agencies",
            told.reminding,
        )
        for told in found
    ]
    rows = [HEADER, ["---"] * len(HEADER), *(line.cells() for line in lines)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    return (
        f"# What deadlines cost\n\n`make bench-obligations`, {day}, "
        f"CKAN {version('ckan')}, Python {platform.python_version()}, "
        f"{os.cpu_count()} processors. {whole.size.agencies} agencies, "
        f"{size_of(whole.size.entries)} entries, {whole.size.shared} of them owed by "
        f"every agency, {whole.size.quarters} quarters: "
        f"{size_of(whole.obligations)} obligations.\n\n{table}\n\n"
        + "\n".join(NOTES)
        + "\n"
    )


def _line(what: str, whole: Told, small: Told, ours: float, theirs: float) -> Line:
    return Line(
        what,
        f"{size_of(whole.obligations)} obligations",
        ours,
        f"{size_of(small.obligations)} obligations",
        theirs,
        f"{ours / theirs:.2f}",
        f"≤ {GOAL:.0f}",
        ours <= GOAL * theirs,
    )
