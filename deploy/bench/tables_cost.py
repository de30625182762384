"""Submitting beside `\\copy`, comparing beside the bare join."""

from __future__ import annotations

import statistics
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ckanext.sonla.approval import datastore, digest, freezing
from tests.factories import approval as make

from . import world
from .timing import Line, median_of, psql, size_of, stopwatch

if TYPE_CHECKING:
    from collections.abc import Iterator

SUBMIT = 2.5
COMPARE = 3
REPEATS = 3


def submit(office: make.Office, rows: int, columns: int = 12) -> list[Line]:
    """Submit a first publication: freeze, export and digest; and copy its table out."""
    revision = make.draft(office, file=b"%PDF-1.4 1")
    resource_id = world.resource_of(revision)
    world.fill(office, resource_id, rows, columns, mark=1)
    taken, frozen = [], []
    for _ in range(REPEATS):
        with stopwatch() as took, _freezing() as froze:
            make.submit(office, revision)
        taken += took
        frozen += froze
        make.act(office.officer, "sonla_revision_withdraw", id=revision["id"])
    copied = median_of(
        REPEATS, lambda: psql(f"\\copy \"{resource_id}\" to '/dev/null' csv header")
    )
    size = f"{size_of(rows)} by {columns}"
    line = Line(
        "submit: freeze, export, statistics, digest", size, statistics.median(frozen)
    )
    return [
        _beside(line, "`\\copy … to`", copied, SUBMIT),
        Line("submit with every check", size, statistics.median(taken)),
    ]


@contextmanager
def _freezing() -> Iterator[list[float]]:
    """Give a list that holds the seconds which freezing took in a submit."""
    took: list[float] = []
    freeze = freezing.freeze

    def timed(*given: Any) -> Any:
        with stopwatch() as one:
            content = freeze(*given)
            digest.digest_of(content)
        took.extend(one)
        return content

    freezing.freeze = timed
    try:
        yield took
    finally:
        freezing.freeze = freeze


def compare(office: make.Office, rows: int) -> list[Line]:
    """Compare an update that changes one row in a hundred with what is public."""
    published = world.publish(office, rows, 6)
    public = make.show(published["dataset_id"])["resources"][0]["id"]
    revision = world.update(office, published["dataset_id"])
    staged = world.resource_of(revision)
    world.fill(office, staged, rows, 6, mark=1)
    with datastore.writing() as cursor:
        cursor.execute(
            f"UPDATE \"{staged}\" SET cot_0 = cot_0 || '!' WHERE ma % 100 = 0"  # noqa: S608 - its own id
        )
    make.submit(office, revision)
    # So that the join that only counts can read the indexes alone.
    psql(f'VACUUM "{public}"')
    psql(f'VACUUM "{staged}"')
    with stopwatch() as took:
        compared = make.act(office.leader, "sonla_revision_diff", id=revision["id"])
    counts = compared["resources"][0]["table"]["counts"]
    if counts["changed"] != rows // 100:
        raise AssertionError(counts)
    line = Line("compare, 1 % changed", size_of(rows), took[0])
    join = f'FROM "{public}" a FULL OUTER JOIN "{staged}" b ON a.ma = b.ma'
    return [
        _beside(line, name, median_of(REPEATS, partial(psql, sql)), COMPARE)
        for name, sql in (
            (
                "`FULL OUTER JOIN` that returns the rows that differ",
                f"SELECT * {join} WHERE {_DIFFERS}",
            ),
            ("`FULL OUTER JOIN` that only counts pairs", f"SELECT count(*) {join}"),
        )
    ]


_DIFFERS = (
    "(a.so, a.cot_0, a.cot_1, a.cot_2, a.cot_3)"
    " IS DISTINCT FROM (b.so, b.cot_0, b.cot_1, b.cot_2, b.cot_3)"
)


def _beside(line: Line, beside: str, theirs: float, goal: float) -> Line:
    ratio = line.ours / theirs
    return replace(
        line,
        beside=beside,
        theirs=theirs,
        ratio=f"{ratio:.2f}",
        goal=f"≤ {goal}",
        met=ratio <= goal,
    )
