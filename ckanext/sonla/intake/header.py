"""Headers: which row names the columns, and which field each column is."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ckanext.sonla.shared.checks import BLOCKS, INFORMS, Finding
from ckanext.sonla.shared.msgid import N_

from .names import column_name, folded, of_fields, unused
from .problems import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .limits import Limits
    from .readers.table import RawTable, Row

# A sheet may open with its title, its number and its unit.
HEADER_ROWS = 15


@dataclass
class Layout:
    """Where each column of the table comes from.

    `sources[i]` is the position in the file's rows of column `names[i]`; `fields[i]`
    its Table Schema field, or what is known of it without one. Columns from `width` on
    and those in `nameless` have no header, so they must be empty.
    """

    names: list[str]
    fields: list[dict[str, Any]]
    sources: list[int]
    width: int
    nameless: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def _shown(cell: Any) -> str:
    return "" if cell is None else re.sub(r"\s+", " ", str(cell)).strip()


def _first_rows(rows: Iterator[Row], limits: Limits) -> list[tuple[int, Row]]:
    """Return the first rows that aren't empty, with how many rows came before."""
    found = []
    for number, row in enumerate(itertools.islice(rows, HEADER_ROWS * 4)):
        if any(_shown(cell) for cell in row):
            found.append((number, row))
        if len(found) >= HEADER_ROWS:
            break
    if not found:
        raise Unreadable("empty", N_("The file is empty."))
    for _number, row in found:
        _check_width(row, limits)
    return found


def _check_width(row: Row, limits: Limits) -> None:
    width = _width(row)
    if width > limits.columns:
        raise Unreadable(
            "columns",
            N_("The table has {count} columns; {limit} are allowed."),
            params={"count": width, "limit": limits.columns},
        )


def _width(row: Row) -> int:
    used = [index for index, cell in enumerate(row) if _shown(cell)]
    return used[-1] + 1 if used else 0


def read_header(
    table: RawTable, schema: dict[str, Any] | None, limits: Limits
) -> tuple[Layout, Iterator[Row]]:
    """Find the header and return the layout with the rows that follow it.

    With a Table Schema the header is the row that names most of its fields, by name
    or title; without one, the first row that isn't empty.

    Raises:
        Unreadable: for a file without rows, or with more columns than allowed.
    """
    # A few rows are looked at twice: once for the header, once as data.
    peeked: list[Row] = []

    def peeking() -> Iterator[Row]:
        for row in table.rows:
            peeked.append(row)
            yield row

    first = _first_rows(peeking(), limits)
    if schema is None:
        number, row = first[0]
        layout = _free_layout(row)
    else:
        fields = schema.get("fields") or []
        number, row = max(first, key=lambda pair: len(_matched(pair[1], fields)))
        layout = _governed_layout(row, fields)
        if number and _matched(row, fields):
            layout.findings.append(
                Finding(
                    "header",
                    INFORMS,
                    N_("The rows above the header were passed by: {count}."),
                    {"count": number},
                )
            )
    return layout, itertools.chain(peeked[number + 1 :], table.rows)


def _free_layout(row: Row) -> Layout:
    width = _width(row)
    names: list[str] = []
    fields = []
    taken: set[str] = set()
    for position in range(width):
        shown = _shown(row[position])
        name = unused(column_name(shown) or f"column_{position + 1}", taken)
        names.append(name)
        fields.append({"name": name, **({"title": shown} if shown != name else {})})
    return Layout(names, fields, list(range(width)), width)


def _matched(row: Row, fields: list[dict[str, Any]]) -> dict[int, list[int]]:
    """Return the positions in the row that name each field, by the field's index."""
    exact = [_shown(cell) for cell in row]
    loose = [folded(cell) for cell in exact]
    found: dict[int, list[int]] = {}
    for index, one in enumerate(fields):
        names = [str(one[key]) for key in ("name", "title") if one.get(key)]
        written = {unicodedata.normalize("NFC", name) for name in names}
        positions = [at for at, cell in enumerate(exact) if cell in written]
        alike = {folded(name) for name in names}
        positions = positions or [
            at for at, cell in enumerate(loose) if cell and cell in alike
        ]
        if positions:
            found[index] = positions
    return found


def _governed_layout(row: Row, fields: list[dict[str, Any]]) -> Layout:
    matched = _matched(row, fields)
    layout = Layout([], [], [], _width(row))
    used: set[int] = set()
    for index, (one, name) in enumerate(of_fields({"fields": fields})):
        positions = [at for at in matched.get(index, []) if at not in used]
        layout.names.append(name)
        layout.fields.append(one)
        layout.sources.append(positions[0] if positions else -1)
        used.update(positions)
        if not positions:
            layout.findings.append(_missing(one))
        elif len(positions) > 1:
            layout.findings.append(_double(one, len(positions)))
    layout.nameless = [at for at in range(layout.width) if not _shown(row[at])]
    layout.findings.extend(_extra(row, used))
    return layout


def _missing(one: dict[str, Any]) -> Finding:
    return Finding(
        "column.missing",
        BLOCKS,
        N_("Column {column} is missing."),
        {"column": one.get("title") or one["name"]},
        column=str(one["name"]),
    )


def _double(one: dict[str, Any], count: int) -> Finding:
    return Finding(
        "column.double",
        BLOCKS,
        N_("Column {column} stands there {count} times."),
        {"column": one.get("title") or one["name"], "count": count},
        column=str(one["name"]),
    )


def _extra(row: Row, used: set[int]) -> Iterator[Finding]:
    for position, cell in enumerate(row):
        shown = _shown(cell)
        # `_id` is the row number that our own downloads carry.
        if position in used or shown == "_id":
            continue
        if shown:
            yield Finding(
                "column.unknown",
                BLOCKS,
                N_("Column {column} is not in the Table Schema."),
                {"column": shown},
                column=shown,
            )
