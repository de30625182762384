"""Which field of a source becomes which column: a pure function of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .page import Row


def value_at(row: Mapping[str, Any], path: str) -> Any:
    """Return a field of a row; a dot goes into what is nested. None if it isn't there.

    A field whose own name has a dot comes first.
    """
    if path in row:
        return row[path]
    found: Any = row
    for name in path.split("."):
        if isinstance(found, dict):
            found = found.get(name)
        elif isinstance(found, list) and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


def has(row: Mapping[str, Any], path: str) -> bool:
    """Tell whether a row has a field, be it empty."""
    above, _, name = path.rpartition(".")
    if path in row or not above:
        return path in row
    found = value_at(row, above)
    return isinstance(found, dict) and name in found


def mapped(row: Row, fields: Mapping[str, str] | None) -> Row:
    """Return a row by the table's columns.

    Args:
        row: by the source's fields.
        fields: column → field of the source; None keeps the names.
    """
    if not fields:
        return row
    return {column: value_at(row, path) for column, path in fields.items()}
