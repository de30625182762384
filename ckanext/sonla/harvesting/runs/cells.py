"""From a source's rows to the cells of the spool: which row counts, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ckanext.sonla.harvesting import columnar
from ckanext.sonla.shared import row_intake

from . import removals

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ckanext.sonla.harvesting.page import Row
    from ckanext.sonla.shared.row_intake import BadCell

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """From a source's values to the cells of one column.

    Args:
        name: of the table's column.
        path: where a row has its value.
        write: writes the values of some rows.
    """

    name: str
    path: str
    write: Callable[[Sequence[Any], dict[int, BadCell]], list[str]]


@dataclass
class Written:
    """A page's rows as cells.

    Args:
        rows: that hold something; of a cell that can't be written an empty one.
        bad: of these, by their places from 1, what is wrong.
        gone: rows that the source says are gone, each with how many rows of the page
            came before it.
    """

    rows: Sequence[Cells] = ()
    bad: dict[int, BadCell] = field(default_factory=dict)
    gone: list[tuple[int, Cells]] = field(default_factory=list)


def ways(
    columns: Sequence[str],
    paths: Mapping[str, str],
    fields: Mapping[str, dict[str, Any]],
) -> list[Way]:
    """Return how each of the table's columns is written.

    Args:
        columns: their names.
        paths: where a row has each; under its own name by default.
        fields: of the Table Schema, by their names.
    """
    intake = row_intake.current()
    return [
        Way(
            name,
            paths.get(name, name),
            intake.writer(fields.get(name) or {"name": name}),
        )
        for name in columns
    ]


def written(rows: Sequence[Row], by: Sequence[Way], gone: str | None) -> Written:
    """Write a page's rows.

    Args:
        rows: of the source.
        by: how each column is written.
        gone: the field that says of a row that it is no longer there.
    """
    bad: dict[int, BadCell] = {}
    columns = []
    for way in by:
        found: dict[int, BadCell] = {}
        columns.append(way.write(columnar.column(rows, way.path), found))
        bad = {**found, **bad}
    cells: list[Cells] = list(zip(*columns, strict=True))
    flags = columnar.column(rows, gone) if gone else None
    if not bad and flags is None and all(map(any, cells)):
        return Written(cells)
    return _some_of(cells, bad, flags)


def _some_of(
    cells: list[Cells], bad: dict[int, BadCell], flags: Sequence[Any] | None
) -> Written:
    kept: list[Cells] = []
    result = Written(kept)
    for at, row in enumerate(cells):
        if flags is not None and removals.says_gone(flags[at]):
            result.gone.append((len(kept), row))
        elif at in bad or any(row):
            # A row that can't be written keeps its place: rows count as they came.
            kept.append(row)
            if at in bad:
                result.bad[len(kept)] = bad[at]
    return result
