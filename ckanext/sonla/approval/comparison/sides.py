"""The two tables of a comparison: their columns, and what makes two rows the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from psycopg2.sql import SQL, Composable, Identifier

from ckanext.sonla.approval import tables

NUMBERS = frozenset(
    {"smallint", "integer", "bigint", "numeric", "real", "double precision"}
)
MOMENTS = frozenset(
    {
        "date",
        "time without time zone",
        "timestamp without time zone",
        "timestamp with time zone",
    }
)
# What PostgreSQL compares by itself; of anything else, `json` for one, the text.
_COMPARED_AS_THEY_ARE = NUMBERS | MOMENTS | {"text", "boolean", "jsonb"}


@dataclass(frozen=True)
class Side:
    """One table: its name in the DataStore, its columns, its unique key.

    `rows` is how many it has, where that was noted when it was frozen.
    """

    name: str
    columns: list[tables.Column] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    rows: int | None = None

    def types(self) -> dict[str, str]:
        """Return the columns' types by name."""
        return {column.name: column.type for column in self.columns}


@dataclass(frozen=True)
class Sides:
    """The table that the public sees and the proposed one; either may be missing."""

    before: Side | None
    after: Side | None

    @property
    def common(self) -> list[str]:
        """The columns that both have, in the order of the proposed table."""
        if not self.before or not self.after:
            return []
        old = self.before.types()
        return [column.name for column in self.after.columns if column.name in old]

    @property
    def key(self) -> list[str]:
        """The columns that tell one row from another, where both agree on them."""
        keys = [side.key for side in (self.before, self.after) if side]
        return keys[0] if all(key == keys[0] for key in keys) else []

    def only(self, one: Side | None, other: Side | None) -> list[str]:
        """Return the columns that only one of the two tables has."""
        if not one or not other:
            return []
        known = other.types()
        return [column.name for column in one.columns if column.name not in known]

    def values(self, name: str) -> tuple[Composable, Composable]:
        """Return how a column is compared, in `a` and `b`; as text if types differ."""
        types = {side.types()[name] for side in (self.before, self.after) if side}
        plain = len(types) == 1 and types <= _COMPARED_AS_THEY_ARE
        form = SQL("{}.{}") if plain else SQL("{}.{}::text")
        a, b = (form.format(SQL(alias), Identifier(name)) for alias in "ab")
        return a, b


def of(
    cursor: Any, before: str | None, after: str | None, rows: int | None = None
) -> Sides:
    """Return both tables of a comparison, as the DataStore has them.

    Args:
        rows: how many rows the table of before has, where that is known.
    """
    return Sides(_side(cursor, before, rows), _side(cursor, after, None))


def _side(cursor: Any, name: str | None, rows: int | None) -> Side | None:
    if not name or not tables.owner_of(cursor, name):
        return None
    return Side(
        name, tables.columns(cursor, name), tables.primary_key(cursor, name), rows
    )
