"""From approve to public, opening, and what stock CKAN takes to replace a resource."""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ckanext.sonla.approval import datastore, exports, signals
from ckanext.xloader import loader
from tests.factories import approval as make

from . import world
from .timing import Line, size_of, stopwatch

if TYPE_CHECKING:
    from collections.abc import Iterator

REPEATS = 5
FLAT = 1.5
FASTER = 100
GOAL_AT = 1_000_000
# The first number that a measured update bears; the two publications before have 1, 2.
FIRST = 3


@dataclass
class Size:
    """A dataset with a table of one size, and what was measured with it."""

    rows: int
    dataset_id: str
    last: world.Revision
    opened: list[float] = field(default_factory=list)
    approved: list[float] = field(default_factory=list)


def measure(office: make.Office, sizes: list[int]) -> list[Line]:
    """Measure opening and approving at each size, beside stock CKAN.

    One size after the other in each round, so that what else the machine does at a
    time falls on all of them; stock CKAN, which takes minutes, comes last.
    """
    warm_up(office)
    known = [first(office, rows) for rows in sizes]
    for number in range(FIRST, REPEATS + FIRST):
        for size in known:
            size.opened.append(open_(office, size.dataset_id))
            size.approved.append(approve(office, size, number))
    opened = {size.rows: statistics.median(size.opened) for size in known}
    approved = {size.rows: statistics.median(size.approved) for size in known}
    replaced = {size.rows: stock(office, size.dataset_id) for size in known}
    return [
        *(_beside_stock(rows, approved, replaced) for rows in sizes),
        _flat("approve → public", approved),
        *(Line("open a revision", size_of(rows), opened[rows]) for rows in sizes),
        _flat("open a revision", opened),
    ]


def warm_up(office: make.Office) -> None:
    """Do everything once, so that no size pays for what is loaded or planned once."""
    size = first(office, 100)
    open_(office, size.dataset_id)
    approve(office, size, FIRST)


def first(office: make.Office, rows: int) -> Size:
    """Publish a dataset, and an update of it, so that there is a table to take."""
    published = world.publish(office, rows)
    dataset_id = published["dataset_id"]
    revision = world.update(office, dataset_id)
    world.fill(office, world.resource_of(revision), rows, 4, mark=FIRST - 1)
    return Size(rows, dataset_id, make.approve(office, make.submit(office, revision)))


def open_(office: make.Office, dataset_id: str) -> float:
    """Open and discard an update."""
    with stopwatch() as took:
        revision = make.act(
            office.officer, "sonla_revision_open", dataset_id=dataset_id
        )
    make.act(office.officer, "sonla_revision_discard", id=revision["id"])
    return took[0]


def approve(office: make.Office, size: Size, number: int) -> float:
    """Publish an update of a table's size; the answer comes when it is public.

    The answer is timed, and then believed only when a stranger reads the new number.
    """
    public = make.show(size.dataset_id)["resources"][0]["id"]
    revision = world.update(office, size.dataset_id)
    world.take_old(revision, size.last, number)
    submitted = make.submit(office, revision)
    with _until_public() as took:
        size.last = make.approve(office, submitted)
    found = make.act(
        None, "datastore_search", resource_id=public, filters={world.KEY: 1}
    )
    if found["records"][0][world.MARK] != number:
        raise AssertionError("the approved table is not public")
    return took[0]


@contextmanager
def _until_public() -> Iterator[list[float]]:
    """Give a list that holds the seconds until the portal said that it is public.

    Both databases have committed by then; what follows is the removal of the draft.
    """
    took: list[float] = []
    start = time.perf_counter()

    def note(_: str) -> None:
        took.append(time.perf_counter() - start)

    with signals.published.connected_to(note):
        yield took


def stock(office: make.Office, dataset_id: str) -> float:
    """Let xloader replace a table of the same rows, as stock CKAN does.

    Only its job's own work: neither the upload nor the download nor the queue. The
    resource is a draft, whose table is CKAN's as in any stock CKAN.
    """
    revision = make.draft(office, file=b"%PDF-1.4 1")
    resource_id = world.resource_of(revision)
    public = make.show(dataset_id)["resources"][0]["id"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        with datastore.owning() as cursor, path.open("wb") as file:
            exports.write(cursor, public, file)
        first = Path(folder) / "first.csv"
        with path.open() as file:
            first.write_text(file.readline() + file.readline())
        # The resource has a table, of which xloader knows the columns.
        xload(first, resource_id)
        with stopwatch() as took:
            xload(path, resource_id)
    make.act(office.officer, "sonla_revision_discard", id=revision["id"])
    return took[0]


def xload(path: Path, resource_id: str) -> None:
    """Let xloader load a file."""
    logger = logging.getLogger("bench")
    fields: Any = loader.load_csv(str(path), resource_id, "text/csv", logger=logger)
    loader.calculate_record_count(resource_id=resource_id, logger=logger)
    loader.create_column_indexes(fields=fields, resource_id=resource_id, logger=logger)


def _beside_stock(
    rows: int, approved: dict[int, float], replaced: dict[int, float]
) -> Line:
    times = replaced[rows] / approved[rows]
    goal = rows == GOAL_AT
    return Line(
        "approve → public",
        size_of(rows),
        approved[rows],
        "xloader replaces the resource",
        replaced[rows],
        f"{times:.0f} times faster",
        f"≥ {FASTER} times" if goal else "",
        times >= FASTER if goal else None,
    )


def _flat(what: str, times: dict[int, float]) -> Line:
    ratio = max(times.values()) / min(times.values())
    return Line(
        f"{what}: largest ÷ smallest",
        "",
        max(times.values()),
        "smallest",
        min(times.values()),
        f"{ratio:.2f}",
        f"≤ {FLAT}",
        ratio <= FLAT,
    )
