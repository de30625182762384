"""A table's canonical form: CSV that says the same table always in the same bytes.

It gives the digest, and what is downloaded is this file, not a second rendering.
"""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from typing import Any, Protocol

from psycopg2.sql import SQL, Composable, Identifier

import ckan.plugins.toolkit as tk

from . import tables
from .storage import store

log = logging.getLogger(__name__)
BUFFER = 1 << 20

# What PostgreSQL's text form of a value depends on; docs/digest.md lists them.
SETTINGS = {
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "TimeZone": "UTC",
    "bytea_output": "hex",
    "client_encoding": "UTF8",
    "extra_float_digits": "1",
    "lc_monetary": "C",
}


class Writable(Protocol):
    """What bytes can be written to."""

    def write(self, data: bytes, /) -> int:
        """Add bytes."""
        ...


@dataclass(frozen=True)
class Export:
    """A table's canonical form, stored under its address."""

    sha256: str
    rows: int


def export(
    cursor: Any, name: str, written: dict[str, Composable] | None = None
) -> Export:
    """Store a table's canonical CSV.

    Args:
        written: SQL of the columns that are written in another way than that.

    Raises:
        ValidationError: the storage is full or doesn't answer; nothing was stored.
    """
    try:
        with store.writing() as file:
            rows = write(cursor, name, file, written)
    except OSError as error:
        log.exception("The table %s could not be stored", name)
        raise tk.ValidationError(
            {
                "storage": [
                    tk._(
                        "The tables could not be stored and nothing was changed."
                        " Please try again later."
                    )
                ]
            }
        ) from error
    return Export(file.address, rows)


def write(
    cursor: Any,
    name: str,
    file: Writable,
    written: dict[str, Composable] | None = None,
) -> int:
    """Write a table's canonical CSV: a header, then the rows in the order of `_id`.

    NULL is nothing between two commas, the empty text is `""`, lines end in LF.

    Returns:
        How many rows there are.
    """
    for setting, value in SETTINGS.items():
        cursor.execute("SELECT set_config(%s, %s, true)", (setting, value))
    names = [column.name for column in tables.columns(cursor, name)]
    query = SQL(
        "COPY (SELECT {} FROM public.{} ORDER BY _id)"
        " TO STDOUT WITH (FORMAT csv, HEADER true)"
    ).format(_columns(names, written or {}), Identifier(name))
    # PostgreSQL sends a row at a time; hashing and writing them singly costs more.
    with io.BufferedWriter(_Raw(file), BUFFER) as buffered:
        cursor.copy_expert(query, buffered)
    return cursor.rowcount


class _Raw(io.RawIOBase):
    """What a buffer hands its bytes on to."""

    def __init__(self, file: Writable) -> None:
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        return self._file.write(bytes(data))


def _columns(names: list[str], written: dict[str, Composable]) -> Composable:
    if not written:
        return tables.named(names)
    return SQL(", ").join(
        SQL("{} AS {}").format(written.get(name, Identifier(name)), Identifier(name))
        for name in names
    )
