"""Make the search index: documents, what is stored of them, the dictionary of terms.

The tables live in a PostgreSQL schema of their own, because `ckan db clean` drops
everything in the default one by name and would stumble over them.

Revision ID: 001_search_index
Revises:
"""

from alembic import op

revision = "001_search_index"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # `ckan db clean` drops the table that remembers this migration, not the index.
    op.execute("DROP SCHEMA IF EXISTS search CASCADE")
    op.execute("CREATE SCHEMA search")
    op.execute(
        """
        CREATE TABLE search.term (
            id serial PRIMARY KEY,
            field text NOT NULL,
            value text NOT NULL,
            -- values may be longer than an index row can be
            digest uuid NOT NULL UNIQUE
        )
        """
    )
    op.execute("CREATE INDEX term_field ON search.term (field)")
    op.execute("CREATE SEQUENCE search.document_position")
    op.execute(
        """
        CREATE TABLE search.document (
            index_id text PRIMARY KEY,
            position bigint NOT NULL DEFAULT nextval('search.document_position'),
            name text,
            title_string text,
            metadata_created timestamp,
            metadata_modified timestamp,
            grams text NOT NULL,
            sortable jsonb NOT NULL,
            terms integer[] NOT NULL,
            words tsvector NOT NULL,
            fielded tsvector NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX document_terms ON search.document USING gin (terms)")
    op.execute("CREATE INDEX document_words ON search.document USING gin (words)")
    op.execute("CREATE INDEX document_fielded ON search.document USING gin (fielded)")
    op.execute("CREATE INDEX document_modified ON search.document (metadata_modified)")
    op.execute(
        """
        CREATE TABLE search.stored (
            index_id text PRIMARY KEY
                REFERENCES search.document ON DELETE CASCADE,
            fields jsonb NOT NULL
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP SCHEMA search CASCADE")
