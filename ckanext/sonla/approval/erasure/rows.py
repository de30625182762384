"""Taking rows and columns out of a table's canonical CSV, byte for byte otherwise."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any

from ckanext.sonla.approval.storage import store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .asked import Item

# A value as PostgreSQL writes it: quoted where it must be, nothing at all for NULL.
_VALUE = re.compile(r'"(?:[^"]|"")*"|[^,"]*')


def without(address: str, items: list[Item]) -> tuple[str, int, int]:
    """Store a canonical CSV anew without what is to be erased.

    Returns:
        The new address, its rows, and how many rows are gone or changed.

    Raises:
        FileNotFoundError: the bytes are gone already.
    """
    touched = rows = 0
    with store.reading(address) as file, store.writing() as target:
        records = _records(file)
        header = next(records, "")
        target.write(header.encode())
        names = [_plain(value) or "" for value in _values(header)]
        for record in records:
            kept = _kept(record, names, items)
            touched += kept != record
            if kept is not None:
                rows += 1
                target.write(kept.encode())
    return target.address, rows, touched


def _kept(record: str, names: list[str], items: list[Item]) -> str | None:
    values = _values(record)
    row = dict(zip(names, map(_plain, values), strict=False))
    if any(_is_named(row, item) for item in items if item.rows is not None):
        return None
    blank = {column for item in items for column in item.columns}
    if not blank & set(names):
        return record
    return (
        ",".join(
            "" if name in blank else value
            for name, value in zip(names, values, strict=False)
        )
        + "\n"
    )


def _is_named(row: dict[str, Any], item: Item) -> bool:
    return all(
        column in row and row[column] in wanted
        for column, wanted in (item.rows or {}).items()
    )


def _records(file: IO[bytes]) -> Iterator[str]:
    """Yield records with their line ends; a quoted value may have lines of its own."""
    record = ""
    for line in file:
        record += line.decode()
        if record.count('"') % 2 == 0:
            yield record
            record = ""
    if record:
        yield record


def _values(record: str) -> list[str]:
    """Return a record's values as they are written."""
    text, values, at = record.removesuffix("\n"), [], 0
    while True:
        found = _VALUE.match(text, at)
        value = found.group() if found else ""
        values.append(value)
        at += len(value) + 1
        if at > len(text):
            return values


def _plain(value: str) -> str | None:
    """Return a written value; None for NULL, which is nothing at all."""
    if value.startswith('"'):
        return value[1:-1].replace('""', '"')
    return value or None
