"""Keep the conversation and the checks of a revision.

Revision ID: 108
Revises: 107
Create Date: 2026-11-23

"""

from __future__ import annotations

from alembic import op

revision = "108"
down_revision = "107"
branch_labels = None
depends_on = None


CONVERSATION = """
ALTER TABLE sonla_revision_comment ADD COLUMN reply_to text;

CREATE TABLE sonla_revision_reading (
    revision_id text NOT NULL REFERENCES sonla_revision (id) ON DELETE CASCADE,
    reader text NOT NULL,
    digest text NOT NULL,
    submitted timestamptz NOT NULL,
    opened timestamptz NOT NULL,
    PRIMARY KEY (revision_id, reader, digest, submitted)
);
"""


def upgrade() -> None:
    op.execute(CONVERSATION)


def downgrade() -> None:
    op.execute("DROP TABLE sonla_revision_reading")
    op.execute("ALTER TABLE sonla_revision_comment DROP COLUMN reply_to")
