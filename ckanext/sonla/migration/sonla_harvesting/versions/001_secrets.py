"""Secrets of harvest sources, sealed with a key that is not in the database.

Revision ID: 001_secrets
Revises:
"""

from alembic import op

revision = "001_secrets"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE sonla_harvest_secret (
            source_id text NOT NULL REFERENCES package (id) ON DELETE CASCADE,
            name text NOT NULL,
            sealed text NOT NULL,
            bound_to text NOT NULL,
            made timestamptz NOT NULL,
            PRIMARY KEY (source_id, name)
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE sonla_harvest_secret")
