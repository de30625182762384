"""Annexes: what their import understood.

Revision ID: 006_annex
Revises: 005_table_schema
"""

from alembic import op

revision = "006_annex"
down_revision = "005_table_schema"
branch_labels = None
depends_on = None


# An import that was not confirmed yet can't be: nobody knows what it was read against.
IMPORT = """
ALTER TABLE sonla_catalogue_import
    ADD COLUMN complete boolean NOT NULL DEFAULT false,
    ADD COLUMN edition_changed timestamptz NOT NULL DEFAULT 'epoch',
    ADD COLUMN retired jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN understood jsonb NOT NULL DEFAULT '{}'
"""


def upgrade() -> None:
    op.execute(IMPORT)
    op.execute(
        "ALTER TABLE sonla_catalogue_import ALTER COLUMN edition_changed DROP DEFAULT"
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE sonla_catalogue_import DROP COLUMN complete, "
        "DROP COLUMN edition_changed, DROP COLUMN retired, DROP COLUMN understood"
    )
