"""Secret addresses of the calendars of deadlines: of each only a digest.

Revision ID: 002_feeds
Revises: 001_obligations
"""

from alembic import op

revision = "002_feeds"
down_revision = "001_obligations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE sonla_obligation_feed (
            user_id text PRIMARY KEY REFERENCES "user" (id) ON DELETE CASCADE,
            id text NOT NULL UNIQUE,
            agency_id text NOT NULL,
            digest text NOT NULL,
            language text NOT NULL,
            made timestamptz NOT NULL
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE sonla_obligation_feed")
