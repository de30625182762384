"""The columns of a joined table: the provider, then the fields of all tables.

Providers may have published by different versions of the Table Schema. A column that
one table lacks is empty there; one that has other types in other tables is text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg2.sql import SQL, Composable, Identifier, Literal

if TYPE_CHECKING:
    from .members import Joined, Member

PROVIDER = "provider"
PROVIDER_TITLE = "provider_title"
NUMBER = "_id"


@dataclass(frozen=True)
class Field:
    """A column: its name, its type in the database, its title."""

    name: str
    type: str
    title: str


@dataclass(frozen=True)
class Layout:
    """The columns of a joined table.

    Args:
        provider: the name of the column with the provider's code.
        provider_title: the name of the column with what the provider is called.
        fields: the tables' own columns.
    """

    provider: str
    provider_title: str
    fields: tuple[Field, ...]

    @property
    def names(self) -> list[str]:
        """The names of all columns in their order, without the row's number."""
        return [self.provider, self.provider_title, *(one.name for one in self.fields)]


def layout(joined: Joined) -> Layout:
    """Return the columns that all tables have together, the schema's order first."""
    types: dict[str, set[str]] = {}
    for member in joined.members:
        for name, type_ in member.columns:
            types.setdefault(name, set()).add(type_)
    said = {one["name"]: one for one in joined.schema.get("fields", [])}
    order = [name for name in said if name in types]
    order += [name for name in types if name not in said]
    fields = tuple(
        Field(
            name,
            next(iter(types[name])) if len(types[name]) == 1 else "text",
            str(said.get(name, {}).get("title") or name),
        )
        for name in order
    )
    return Layout(
        _free(PROVIDER, types.keys()), _free(PROVIDER_TITLE, types.keys()), fields
    )


def _free(name: str, taken: object) -> str:
    while name in taken:  # type: ignore[operator]
        name += "_"
    return name


def select(member: Member, columns: Layout) -> Composable:
    """Return the SELECT of a member's rows in the joined table's columns."""
    present = dict(member.columns)
    cells = [
        SQL("{}::text AS {}").format(
            Literal(member.provider), Identifier(columns.provider)
        ),
        SQL("{}::text AS {}").format(
            Literal(member.title), Identifier(columns.provider_title)
        ),
        Identifier(NUMBER),
    ]
    for one in columns.fields:
        cell = Identifier(one.name) if one.name in present else SQL("NULL")
        if present.get(one.name) != one.type:
            cell = SQL("{}::{}").format(cell, SQL(one.type))
        cells.append(SQL("{} AS {}").format(cell, Identifier(one.name)))
    return SQL("SELECT {} FROM public.{}").format(
        SQL(", ").join(cells), Identifier(member.resource_id)
    )


def union(joined: Joined, columns: Layout) -> Composable:
    """Return the SELECT of all rows."""
    return SQL(" UNION ALL ").join(select(one, columns) for one in joined.members)
