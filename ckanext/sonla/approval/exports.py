"""A table's canonical form: CSV that says the same table always in the same bytes.

It gives the digest, and what is downloaded is this file, not a second rendering.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg2.sql import SQL, Identifier

from . import store, tables

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


@dataclass(frozen=True)
class Export:
    """A table's canonical form, stored under its address."""

    sha256: str
    rows: int


def export(cursor: Any, name: str) -> Export:
    """Store a table's canonical CSV: a header, then the rows in the order of `_id`.

    NULL is nothing between two commas, the empty text is `""`, lines end in LF.
    """
    for setting, value in SETTINGS.items():
        cursor.execute("SELECT set_config(%s, %s, true)", (setting, value))
    names = [column.name for column in tables.columns(cursor, name)]
    query = SQL(
        "COPY (SELECT {} FROM public.{} ORDER BY _id)"
        " TO STDOUT WITH (FORMAT csv, HEADER true)"
    ).format(tables.named(names), Identifier(name))
    with store.writing() as file:
        cursor.copy_expert(query, file)
    return Export(file.address, cursor.rowcount)
