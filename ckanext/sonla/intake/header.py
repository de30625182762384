"""Headers: which row names the columns, and which field each column is."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ckanext.sonla.shared.findings import BLOCKS, INFORMS, Finding
from ckanext.sonla.shared.msgid import N_

from . import heads
from .choice import Choice
from .heads import HEADER_ROWS, Head, filled, shown
from .names import column_name, folded, of_fields, unused
from .problems import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .limits import Limits
    from .readers.table import RawTable, Row


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
    head: Head | None = None
    counting: list[int] = field(default_factory=list)
    first_row: int = 1
    top: list[Row] = field(default_factory=list)

    def covers(self, count: int) -> bool:
        """Tell whether these are all of a file's columns, and how many it has."""
        found = [source for source in self.sources if source >= 0]
        return sorted(found) == list(range(count)) and not self.nameless


def _first_rows(rows: list[Row], limits: Limits) -> None:
    if not any(filled(row) for row in rows):
        raise Unreadable("empty", N_("The file is empty."))
    for row in rows:
        _check_width(row, limits)


def _check_width(row: Row, limits: Limits) -> None:
    width = _width(row)
    if width > limits.columns:
        raise Unreadable(
            "columns",
            N_("The table has {count} columns; {limit} are allowed."),
            params={"count": width, "limit": limits.columns},
        )


def _width(row: Row) -> int:
    used = [index for index, cell in enumerate(row) if shown(cell)]
    return used[-1] + 1 if used else 0


def read_header(
    table: RawTable,
    schema: dict[str, Any] | None,
    limits: Limits,
    choice: Choice | None = None,
) -> tuple[Layout, Iterator[Row]]:
    """Find the header and return the layout with the rows that follow it.

    Raises:
        Unreadable: for a file without rows, or with more columns than allowed.
    """
    # A few rows are looked at twice: once for the header, once as data.
    peeked = list(itertools.islice(table.rows, HEADER_ROWS * 4))
    _first_rows(peeked, limits)
    fields = None if schema is None else list(schema.get("fields") or [])
    wanted = wanted_of(fields, choice)
    if choice is not None and choice.header is not None:
        first, last = choice.header[0] - 1, choice.header[1] - 1
        if last >= len(peeked):
            raise Unreadable(
                "header.row",
                N_("Row {row} can't be the header: choose one of the first {count}."),
                params={"row": last + 1, "count": len(peeked)},
            )
        head = heads.head_of(peeked, table.merged, first, last)
    else:
        head = heads.found(peeked, table.merged, wanted if fields is not None else None)
        if wanted and wanted.fields and not heads.matched(head, wanted):
            raise _no_header(wanted)
    if wanted is None or fields is None:
        layout = _free_layout(head, choice)
    else:
        layout = _governed_layout(head, wanted)
    _tell(layout, head, peeked)
    layout.top = [list(row) for row in peeked[:HEADER_ROWS]]
    return layout, itertools.chain(peeked[layout.first_row - 1 :], table.rows)


def _no_header(wanted: heads.Wanted) -> Unreadable:
    names = [str(one.get("title") or one["name"]) for one in wanted.fields]
    return Unreadable(
        "header.none",
        N_(
            "No row among the first ones names a column of the table: {columns}. Put "
            "the columns' names into the file, or choose the row that is the header "
            "and what each column is."
        ),
        params={"columns": ", ".join(names)},
    )


def wanted_of(
    fields: list[dict[str, Any]] | None, choice: Choice | None
) -> heads.Wanted | None:
    """Return the columns that a header should name; None where nobody says so."""
    if fields is None:
        return None
    chosen = choice.columns if choice else {}
    return heads.Wanted(fields, {folded(text): one for text, one in chosen.items()})


def _tell(layout: Layout, head: Head, peeked: list[Row]) -> None:
    layout.head = head
    layout.first_row = head.last + 2
    above = sum(1 for row in peeked[: head.first] if filled(row))
    if above:
        layout.findings.append(
            Finding(
                "header",
                INFORMS,
                N_("The rows above the header were passed by: {count}."),
                {"count": head.first},
            )
        )
    under_title = bool(above) or head.last > head.first
    if head.last + 1 < len(peeked) and heads.is_numbering(
        peeked[head.last + 1], under_title=under_title
    ):
        layout.first_row += 1
        layout.findings.append(
            Finding(
                "header.numbers",
                INFORMS,
                N_("Row {row} only numbers the columns; it was passed by."),
                {"row": head.last + 2},
            )
        )
    for at in layout.counting:
        layout.findings.append(
            Finding(
                "column.counting",
                INFORMS,
                N_("Column {column} only counts the rows; it was left out."),
                {"column": head.texts[at]},
            )
        )


def _free_layout(head: Head, choice: Choice | None) -> Layout:
    layout = Layout([], [], [], _head_width(head))
    chosen = {folded(text): one for text, one in (choice or Choice()).columns.items()}
    taken: set[str] = set()
    for position in range(layout.width):
        text = " ".join(head.paths[position])
        key = folded(head.texts[position])
        if key in chosen and chosen[key] is None:
            continue
        if key not in chosen and heads.counts_rows(text):
            layout.counting.append(position)
            continue
        name = unused(column_name(text) or f"column_{position + 1}", taken)
        layout.names.append(name)
        layout.fields.append(
            {"name": name, **({"title": text} if text != name else {})}
        )
        layout.sources.append(position)
    return layout


def _head_width(head: Head) -> int:
    used = [at for at, path in enumerate(head.paths) if path]
    return used[-1] + 1 if used else 0


def _governed_layout(head: Head, wanted: heads.Wanted) -> Layout:
    matched = heads.matched(head, wanted)
    layout = Layout([], [], [], _head_width(head))
    used: set[int] = set()
    for index, (one, name) in enumerate(of_fields({"fields": wanted.fields})):
        positions = [at for at in matched.get(index, []) if at not in used]
        layout.names.append(name)
        layout.fields.append(one)
        layout.sources.append(positions[0] if positions else -1)
        used.update(positions)
        if not positions:
            layout.findings.append(_missing(one))
        elif len(positions) > 1:
            layout.findings.append(_double(one, len(positions)))
    layout.nameless = [at for at in range(layout.width) if not head.paths[at]]
    for position, text in enumerate(head.texts):
        # `_id` is the row number that our own downloads carry.
        if position in used or not text or text == "_id":
            continue
        if heads.counts_rows(" ".join(head.paths[position])):
            layout.counting.append(position)
        elif folded(text) not in wanted.chosen:
            layout.findings.append(_extra(text))
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


def _extra(text: str) -> Finding:
    return Finding(
        "column.unknown",
        BLOCKS,
        N_("Column {column} is not in the Table Schema."),
        {"column": text},
        column=text,
    )
