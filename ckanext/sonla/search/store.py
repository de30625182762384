"""Writing documents into the index's tables, and taking them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR, insert

from . import document as documents
from . import tables, terms

if TYPE_CHECKING:
    from .conditions import Condition


def put(
    connection: sa.Connection, engine: sa.Engine, found: list[documents.Document]
) -> None:
    """Write documents, each in place of the one of the same `index_id`."""
    terms.lock_for_use(connection)
    wanted = {term for item in found for term in item.terms}
    numbers = terms.number_all(connection, engine, wanted)
    for item in sorted(found, key=lambda item: item.index_id):
        row: dict[str, Any] = {
            **item.columns,
            "words": sa.cast(item.columns["words"], TSVECTOR),
            "fielded": sa.cast(item.columns["fielded"], TSVECTOR),
            "terms": sorted(numbers[term] for term in item.terms),
            "position": sa.func.nextval("search.document_position"),
        }
        connection.execute(
            insert(tables.document)
            .values(index_id=item.index_id, **row)
            .on_conflict_do_update(index_elements=["index_id"], set_=row)
        )
        connection.execute(
            insert(tables.stored)
            .values(index_id=item.index_id, fields=item.stored)
            .on_conflict_do_update(
                index_elements=["index_id"], set_={"fields": item.stored}
            )
        )


def remove(connection: sa.Connection, condition: Condition) -> None:
    """Take out what matches; what is stored of it goes along."""
    connection.execute(sa.delete(tables.document).where(condition))


def fetch(
    connection: sa.Connection, index_ids: list[str], names: list[str] | None
) -> dict[str, dict[str, Any]]:
    """Fetch what is stored of documents: all fields, or those named."""
    fields: sa.ColumnElement = tables.stored.c.fields
    if names is not None:
        pair = sa.func.jsonb_each(tables.stored.c.fields).table_valued("key", "value")
        fields = (
            sa.select(sa.func.jsonb_object_agg(pair.c.key, pair.c.value))
            .select_from(pair)
            .where(pair.c.key == sa.any_(sa.cast(names, sa.ARRAY(sa.Text))))
            .scalar_subquery()
        )
    rows = connection.execute(
        sa.select(tables.stored.c.index_id, fields.label("kept")).where(
            tables.stored.c.index_id == sa.any_(sa.cast(index_ids, sa.ARRAY(sa.Text)))
        )
    )
    return {row.index_id: row.kept or {} for row in rows}
