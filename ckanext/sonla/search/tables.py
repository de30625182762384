"""The tables of the index, as the migration made them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR, UUID

metadata = sa.MetaData(schema="search")

term = sa.Table(
    "term",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("digest", UUID(as_uuid=False), nullable=False, unique=True),
)

document = sa.Table(
    "document",
    metadata,
    sa.Column("index_id", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger),
    sa.Column("name", sa.Text),
    sa.Column("title_string", sa.Text),
    sa.Column("metadata_created", sa.DateTime),
    sa.Column("metadata_modified", sa.DateTime),
    sa.Column("grams", sa.Text),
    sa.Column("sortable", JSONB),
    sa.Column("terms", ARRAY(sa.Integer)),
    sa.Column("words", TSVECTOR),
    sa.Column("fielded", TSVECTOR),
)

stored = sa.Table(
    "stored",
    metadata,
    sa.Column("index_id", sa.Text, sa.ForeignKey("search.document.index_id")),
    sa.Column("fields", JSONB),
)
