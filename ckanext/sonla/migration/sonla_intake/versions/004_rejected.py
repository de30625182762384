"""Keep the files that were rejected, with what was wrong with them

Revision ID: 004_rejected
Revises: 003_reading
"""

from alembic import op

revision = "004_rejected"
down_revision = "003_reading"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE sonla_rejected_file (
            id text PRIMARY KEY,
            resource_id text NOT NULL,
            package_id text NOT NULL,
            agency_id text,
            entry text,
            table_name text,
            name text NOT NULL,
            kind text NOT NULL,
            sha256 text NOT NULL,
            choice jsonb,
            findings jsonb NOT NULL,
            finding_count bigint NOT NULL,
            rejected timestamptz NOT NULL,
            CONSTRAINT sonla_rejected_file_once UNIQUE (resource_id, sha256)
        );
        CREATE INDEX sonla_rejected_file_dataset ON sonla_rejected_file
            (agency_id, entry, rejected);
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE sonla_rejected_file")
