"""A published table, read whole and compared with what was frozen of it.

Streaming: the table is written in its canonical form into a hash, whatever its size.
Only one that differs is written again, beside its export, to name the first rows.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any

from ckanext.sonla.approval import datastore, exports, tables
from ckanext.sonla.approval.storage import store

from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

Table = dict[str, Any]
# So many rows are named; the others are of the same hand.
_NAMED = 5


class _Hash:
    """Takes bytes as a file does, and keeps their hash."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def write(self, data: bytes, /) -> int:
        self._digest.update(data)
        return len(data)

    @property
    def address(self) -> str:
        return self._digest.hexdigest()


def check(
    dataset: str, resource: str, resource_id: str, approved: Table | None
) -> Iterator[Finding]:
    """Compare a resource's table with what was approved of it; None: it has none."""
    if not datastore.is_on():
        return
    with datastore.owning() as cursor:
        owner = tables.owner_of(cursor, resource_id)
        if approved is None:
            if owner is not None:
                yield Finding("it has a table that nobody approved", dataset, resource)
            return
        if owner is None:
            yield Finding("its table is gone", dataset, resource)
            return
        if owner != datastore.owner_role():
            yield Finding(
                "its table is not sealed",
                dataset,
                resource,
                "owner",
                datastore.owner_role(),
                owner,
            )
        yield from _dictionary(cursor, dataset, resource, resource_id, approved)
        yield from _rows(cursor, dataset, resource, resource_id, approved)


def _dictionary(
    cursor: Any, dataset: str, resource: str, resource_id: str, approved: Table
) -> Iterator[Finding]:
    before = {field["id"]: field for field in approved["fields"]}
    after = {
        column.name: {"id": column.name, "type": column.type, "info": column.info}
        for column in tables.columns(cursor, resource_id)
    }
    for name in [*before, *(one for one in after if one not in before)]:
        if before.get(name) != after.get(name):
            yield Finding(
                "changed",
                dataset,
                resource,
                f"column {name}",
                before.get(name),
                after.get(name),
            )
    found = {
        "primary_key": tables.primary_key(cursor, resource_id),
        "aliases": tables.aliases(cursor, resource_id),
    }
    for part, value in found.items():
        if value != approved.get(part):
            yield Finding("changed", dataset, resource, part, approved.get(part), value)


def _rows(
    cursor: Any, dataset: str, resource: str, resource_id: str, approved: Table
) -> Iterator[Finding]:
    hashed = _Hash()
    rows = exports.write(cursor, resource_id, hashed)
    if hashed.address == approved["sha256"]:
        return
    yield Finding(
        "its rows are not those that were approved",
        dataset,
        resource,
        "rows",
        approved["rows"],
        rows,
    )
    yield from _named_rows(cursor, dataset, resource, resource_id, approved)


def _named_rows(
    cursor: Any, dataset: str, resource: str, resource_id: str, approved: Table
) -> Iterator[Finding]:
    """Name the first rows that differ, by the export while it is kept."""
    with tempfile.TemporaryFile(prefix="sonla-integrity-") as live:
        exports.write(cursor, resource_id, live)
        live.seek(0)
        try:
            with store.reading(approved["sha256"]) as frozen:
                found = list(islice(_differing(frozen, live), _NAMED))
        except FileNotFoundError:
            return  # that the export is gone is a finding of its own
    for number, before, after in found:
        yield Finding("changed", dataset, resource, f"row {number}", before, after)


def _differing(frozen: Any, live: Any) -> Iterator[tuple[int, Any, Any]]:
    old, new = _records(frozen), _records(live)
    for number, (before, after) in enumerate(zip_longest(old, new), start=1):
        if before == after:
            continue
        if before is None or after is None:
            yield number, before, after
            continue
        names = [
            name for name in {**before, **after} if before.get(name) != after.get(name)
        ]
        yield (
            number,
            {name: before.get(name) for name in names},
            {name: after.get(name) for name in names},
        )


def _records(file: Any) -> Iterator[dict[str, Any]]:
    text = io.TextIOWrapper(file, "utf-8", newline="")
    try:
        yield from csv.DictReader(text)
    finally:
        text.detach()
