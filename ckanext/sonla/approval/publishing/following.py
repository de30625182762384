"""A table that a new file made takes over what its public predecessor had beside rows.

Else an officer who replaces a file would lose the data dictionary that she wrote and
the indexes that the table's users asked for.
"""

from __future__ import annotations

import json
from typing import Any

import psycopg2
from psycopg2.sql import SQL, Identifier, Literal

from ckanext.sonla.approval import indexes, tables
from ckanext.sonla.approval.drafting import staging
from ckanext.sonla.shared import resource_tables


@resource_tables.follower
def follow(cursor: Any, resource_id: str, *, governed: bool) -> None:
    """Give a draft's new table the dictionary and the indexes of the public one.

    Args:
        cursor: of the write role, in the transaction that makes the table.
        governed: whether a Table Schema has the first word on the dictionary.
    """
    row = staging.row_of(resource_id)
    if row is None or tables.owner_of(cursor, row.public_id) is None:
        return
    _follow_dictionary(cursor, row.public_id, resource_id, governed=governed)
    _follow_indexes(cursor, row.public_id, resource_id)


def _follow_dictionary(cursor: Any, old: str, new: str, *, governed: bool) -> None:
    before, now = (_comments(cursor, name) for name in (old, new))
    for column in before.keys() & now.keys():
        first, last = (before, now) if governed else (now, before)
        said = {**first[column], **last[column]}
        said["_info"] = {
            **first[column].get("_info", {}),
            **last[column].get("_info", {}),
        }
        if said != now[column]:
            # The leading space marks the form in which plugins keep data of their own.
            text = " " + json.dumps(said, ensure_ascii=False, separators=(",", ":"))
            cursor.execute(
                SQL("COMMENT ON COLUMN public.{}.{} IS {}").format(
                    Identifier(new), Identifier(column), Literal(text)
                )
            )


def _comments(cursor: Any, name: str) -> dict[str, dict[str, Any]]:
    return {
        column.name: {**column.plugins, "_info": column.info}
        for column in tables.columns(cursor, name)
    }


def _follow_indexes(cursor: Any, old: str, new: str) -> None:
    present = {body for _, _, body in indexes.bodies(cursor, new)}
    has_key = bool(tables.primary_key(cursor, new))
    names = indexes.names(cursor, old, new)
    for name, unique, body in indexes.bodies(cursor, old):
        if body in present or (unique and has_key):
            continue
        cursor.execute("SAVEPOINT sonla_follow")
        try:
            target = names.get(name) or indexes.name_of(new, name)
            indexes.create(cursor, target, new, body, unique=unique)
        except psycopg2.DatabaseError:
            # The column is gone or another, or the key doesn't hold any more; the
            # comparison shows the leader that it is gone.
            cursor.execute("ROLLBACK TO SAVEPOINT sonla_follow")
