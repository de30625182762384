"""Foreign keys that lead to other entries, held against the edition as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue.model import Entry

from . import keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.catalogue.model import Edition
    from ckanext.sonla.catalogue.problems import Problem


def require_good(edition: Edition) -> None:
    """Refuse an edition whose foreign keys lead nowhere, or round in a circle.

    Raises:
        ValidationError: naming the entry and its table.
    """
    faults = [
        f"{code}: {tk._(problem.message).format(**problem.params)}"
        for code, problem in problems(edition)
    ]
    if faults:
        raise tk.ValidationError({"tables": faults})


def problems(edition: Edition) -> Iterator[tuple[str, Problem]]:
    """Yield what is wrong with the keys between the entries of an edition."""
    tables: dict[str, list[dict[str, Any]]] = {
        row.code: row.tables
        for row in model.Session.execute(
            sa.select(Entry.code, Entry.tables).where(
                Entry.edition_id == edition.id, Entry.retired.is_(False)
            )
        )
    }
    edges: dict[Any, set[Any]] = {}
    for code, found in tables.items():
        for table in found:
            node = (code, table["name"])
            for reference in keys.references_of(table["schema"]):
                other = reference.entry or code
                name, target = _target(tables.get(other), reference.table)
                if reference.entry is not None:
                    for problem in keys.resolved(
                        table["name"], table["schema"], reference, target
                    ):
                        yield code, problem
                if reference.entry or reference.table:
                    edges.setdefault(node, set()).add((other, name))
    for circle in keys.circles(edges):
        if len({code for code, _name in circle}) > 1:
            shown = ", ".join(f"{code} · {name}" for code, name in circle)
            yield circle[0][0], keys.circle_of(shown)


def _target(
    tables: list[dict[str, Any]] | None, name: str
) -> tuple[str, dict[str, Any] | None]:
    """Return the table that is meant; an entry's only one needs no name."""
    for table in tables or []:
        if table["name"] == name or (not name and len(tables or []) == 1):
            return table["name"], table["schema"]
    return name, None
