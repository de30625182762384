"""A file that holds only a part of a table: the public table plus what changes.

All of it is set-wise and in the load's one transaction. The public table is read, never
written; rows that stay keep their `_id` and their search vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Composable, Identifier, Literal

from ckanext.sonla.shared import clock, table_updates

from . import columns, datastore, periods, placing

if TYPE_CHECKING:
    import sqlalchemy as sa

    from ckanext.sonla.shared.table_updates import TableUpdate

    from .header import Layout

TRUE = SQL("true")


@dataclass(frozen=True)
class Changes:
    """How many rows a load added, changed and removed."""

    added: int
    changed: int
    removed: int


@dataclass(frozen=True)
class Merge:
    """A part, already typed in the load's new table, and the table that it changes.

    Args:
        resource_id: whose new table holds the part.
        update: how the part changes the public table.
        layout: the part's columns; those of the public table are the same.
        schema: the Table Schema, or what is known of the public table without one.
        key: the columns of the primary key, or none.
    """

    cursor: Any
    resource_id: str
    update: TableUpdate
    layout: Layout
    schema: dict[str, Any]
    key: list[str]

    @property
    def base(self) -> Composable:
        """The public table, in SQL."""
        return Identifier("public", self.update.base)

    @property
    def part(self) -> Composable:
        """The part's table, in SQL."""
        return Identifier("public", datastore.new_name(self.resource_id))

    def same(self, columns: list[str], left: str = "t", right: str = "b") -> Composable:
        """Return SQL that holds for two rows with equal values; NULL equals nothing."""
        return SQL(" AND ").join(
            SQL("{}.{} = {}.{}").format(
                Identifier(left), Identifier(name), Identifier(right), Identifier(name)
            )
            for name in columns
        )

    def within(self, alias: str) -> Composable:
        """Return SQL that holds for the rows of the period that is replaced."""
        found = periods.column_of(self.schema)
        period = clock.parse_period(self.update.period or "")
        if found is None:
            raise ValueError(self.update.period)
        name, field = found
        column = SQL("{}.{}").format(Identifier(alias), Identifier(name))
        condition = periods.within(field, column, period)
        if condition is None:
            raise ValueError(self.update.period)
        return condition

    def stays(self) -> Composable:
        """Return SQL that holds for the rows `b` of the public table that stay."""
        if self.update.mode == table_updates.PERIOD:
            return SQL("({}) IS NOT TRUE").format(self.within("b"))
        if self.update.mode == table_updates.KEY:
            return SQL("NOT EXISTS (SELECT 1 FROM {} k WHERE {})").format(
                self.part, self.same(self.key, "k")
            )
        return TRUE

    def columns(self, alias: str, cast: dict[str, str] | None = None) -> Composable:
        """Return the columns of a row in SQL, cast to the types given by name."""
        return SQL(", ").join(
            SQL("{}.{}{}").format(
                Identifier(alias),
                Identifier(name),
                SQL(f"::{cast[name]}") if cast else SQL(""),
            )
            for name in self.layout.names
        )

    def types(self) -> dict[str, str]:
        """Return the DataStore's type of each of the part's columns."""
        return datastore.existing_columns(
            self.cursor, datastore.new_name(self.resource_id)
        )

    def scalar(self, query: Composable) -> Any:
        """Return the first value of a query's first row."""
        self.cursor.execute(query)
        return self.cursor.fetchone()[0]


def build(connection: sa.Connection, merge: Merge) -> int:
    """Make the whole table beside the part's, and return how many rows it has."""
    cursor, name = merge.cursor, datastore.whole_name(merge.resource_id)
    datastore.create_empty(connection, name, _fields(merge))
    placing.without_key(cursor, name)
    target = SQL("INSERT INTO {} (_id, {}, _full_text)").format(
        Identifier("public", name),
        SQL(", ").join(Identifier(column) for column in merge.layout.names),
    )
    cursor.execute(
        SQL("{} SELECT b._id, {}, b._full_text FROM {} b WHERE {}").format(
            target, merge.columns("b", merge.types()), merge.base, merge.stays()
        )
    )
    rows = cursor.rowcount
    # A row that takes another one's place by its key keeps that row's number.
    keyed = merge.key and merge.update.mode != table_updates.ADD
    joined = (
        SQL("LEFT JOIN {} b ON {}").format(merge.base, merge.same(merge.key))
        if keyed
        else SQL("LEFT JOIN {} b ON false").format(merge.base)
    )
    highest = merge.scalar(SQL("SELECT max(_id) FROM {}").format(merge.base)) or 0
    cursor.execute(
        SQL(
            "{} SELECT coalesce(b._id, t._id + {}), {}, t._full_text"
            " FROM {} t {} ORDER BY 1"
        ).format(target, Literal(highest), merge.columns("t"), merge.part, joined)
    )
    rows += cursor.rowcount
    placing.with_key(cursor, name)
    return rows


def count(merge: Merge) -> Changes | None:
    """Return what the part changes; None for a whole that has no key to compare by."""
    mode = merge.update.mode
    if mode == table_updates.ADD:
        return Changes(_rows(merge), 0, 0)
    if mode == table_updates.REPLACE and not is_alike(merge):
        return None
    if not merge.key:
        return _differences(merge) if mode == table_updates.PERIOD else None
    merge.cursor.execute(
        SQL(
            "SELECT count(*) FILTER (WHERE b._id IS NULL),"
            " count(*) FILTER (WHERE b._id IS NOT NULL"
            " AND ({}) IS DISTINCT FROM ({})) FROM {} t LEFT JOIN {} b ON {}"
        ).format(
            merge.columns("t"),
            merge.columns("b", merge.types()),
            merge.part,
            merge.base,
            merge.same(merge.key),
        )
    )
    added, changed = merge.cursor.fetchone()
    return Changes(added, changed, _gone(merge))


def is_alike(merge: Merge) -> bool:
    """Tell whether a whole and the public table have the same columns."""
    existing = datastore.existing_columns(merge.cursor, merge.update.base)
    return set(existing) == set(merge.layout.names) and all(
        existing[name] in columns.ALIKE[kind] for name, kind in merge.types().items()
    )


def _gone(merge: Merge) -> int:
    if merge.update.mode == table_updates.KEY:
        return 0
    of = merge.within("b") if merge.update.mode == table_updates.PERIOD else TRUE
    return merge.scalar(
        SQL(
            "SELECT count(*) FROM {} b WHERE {}"
            " AND NOT EXISTS (SELECT 1 FROM {} t WHERE {})"
        ).format(merge.base, of, merge.part, merge.same(merge.key))
    )


def _differences(merge: Merge) -> Changes:
    """Count what comes and goes of rows that nothing but their values tells apart."""
    new = SQL("SELECT {} FROM {} t").format(merge.columns("t"), merge.part)
    old = SQL("SELECT {} FROM {} b WHERE {}").format(
        merge.columns("b", merge.types()), merge.base, merge.within("b")
    )
    both = SQL("SELECT count(*) FROM ({} EXCEPT ALL {}) d")
    added = merge.scalar(both.format(new, old))
    return Changes(added, 0, merge.scalar(both.format(old, new)))


def _rows(merge: Merge) -> int:
    return merge.scalar(SQL("SELECT count(*) FROM {}").format(merge.part))


def _fields(merge: Merge) -> list[dict[str, Any]]:
    """Return the columns with the dictionary that the public table has."""
    known = datastore.dictionary(merge.cursor, merge.update.base)
    fields = datastore.fields_of(merge.layout)
    return [{**one, "info": known.get(one["id"]) or one["info"]} for one in fields]
