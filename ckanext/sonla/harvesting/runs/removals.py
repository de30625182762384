"""Rows that a source says are gone, among those that changed since the last run.

They are kept beside the spool, each with how many rows had come before it: a row with
its key that came earlier is overtaken, one that came later brings it back.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .spool import Spool
    from .targets import Target

Key = tuple[str, ...]
_TRUE = frozenset(("true", "t", "1", "yes", "y"))
SOME = 500


def says_gone(value: Any) -> bool:
    """Tell whether the field of a source's row says that it is no longer there."""
    return str(value).strip().lower() in _TRUE


def left(spool: Spool, key: list[str]) -> tuple[set[Key], set[int]]:
    """Return the keys that are gone in the end, and the rows before that went too.

    Args:
        spool: of the run.
        key: the columns of the table's key.
    """
    gone = {cells: came_before for came_before, cells in spool.removed()}
    overtaken: set[int] = set()
    if gone:
        for number, cells in spool.keys(key):
            at = gone.get(cells)
            if at is None:
                continue
            if number <= at:
                overtaken.add(number)
            else:
                del gone[cells]
    return set(gone), overtaken


def count(target: Target, gone: Iterable[Key]) -> int:
    """Return how many rows of the public table have one of the keys."""
    return sum(
        target.act(
            "datastore_search", resource_id=target.base, filters=filters, limit=0
        )["total"]
        for filters in _filters(target.key, gone)
    )


def take_out(target: Target, resource_id: str, gone: Iterable[Key]) -> None:
    """Take rows out of the revision's own table, by their keys."""
    for filters in _filters(target.key, gone):
        target.act(
            "datastore_records_delete",
            resource_id=resource_id,
            filters=filters,
            force=True,
        )


def _filters(key: list[str], gone: Iterable[Key]) -> Iterator[dict[str, Any]]:
    if len(key) == 1:
        values = iter(sorted(cells[0] for cells in gone))
        while some := list(islice(values, SOME)):
            yield {key[0]: some}
        return
    for cells in sorted(gone):
        yield dict(zip(key, cells, strict=True))


def told(cells: Key, came_before: int) -> bytes:
    """Return a removal as a line of its file."""
    return (json.dumps([came_before, *cells]) + "\n").encode()
