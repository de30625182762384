"""Rows of a source by their columns: what is done with each value is done at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from . import mapping
from .problems import SourceProblem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .page import Row


class Columns(Sequence["Row"]):
    """Rows that all have the same fields, as a database gives them.

    Args:
        names: of the fields.
        values: of each field.
    """

    def __init__(self, names: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
        self.names, self._values = list(names), values

    @classmethod
    def of_rows(cls, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Columns:
        """Return rows that came one by one, their values in the order of the names."""
        return cls(names, list(zip(*rows, strict=True)))

    def __len__(self) -> int:
        return len(self._values[0]) if self._values else 0

    @overload
    def __getitem__(self, at: int) -> Row: ...

    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...

    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, int) and at < 0:
            at += len(self)
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        values = (column[at] for column in self._values)
        return dict(zip(self.names, values, strict=True))

    def column(self, name: str) -> Sequence[Any]:
        """Return the values of a field."""
        return self._values[self.names.index(name)] if self._values else ()


def column(rows: Sequence[Row], path: str) -> Sequence[Any]:
    """Return what each row has at a path; None where it has nothing."""
    if isinstance(rows, Columns) and path in rows.names:
        return rows.column(path)
    return [row[path] if path in row else mapping.value_at(row, path) for row in rows]


def names(rows: Sequence[Row]) -> list[str]:
    """Return the fields of some rows, in the order of their first appearance."""
    if isinstance(rows, Columns):
        return rows.names
    return list(dict.fromkeys(name for row in rows for name in row))


def has(rows: Sequence[Row], path: str) -> bool:
    """Tell whether any of the rows has a field, be it empty."""
    some = rows[:1] if isinstance(rows, Columns) else rows
    return any(mapping.has(row, path) for row in some)


def different(found: Iterable[str]) -> list[str]:
    """Return the names of fields, of which no two are the same.

    Raises:
        SourceProblem: a name comes twice.
    """
    result = list(found)
    for name in result:
        if result.count(name) > 1:
            raise SourceProblem("columns_twice", field=name)
    return result
