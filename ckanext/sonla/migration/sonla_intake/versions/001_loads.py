"""Create the loads of uploaded files

Revision ID: 001_loads
Revises:
"""

from alembic import op

revision = "001_loads"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE sonla_load (
            resource_id text PRIMARY KEY,
            package_id text NOT NULL,
            state text NOT NULL CONSTRAINT sonla_load_state CHECK
                (state IN ('waiting', 'running', 'done', 'failed', 'none')),
            cause text NOT NULL,
            attempt integer NOT NULL,
            crashes integer NOT NULL,
            sha256 text,
            rules text,
            table_name text,
            rows bigint,
            findings jsonb NOT NULL,
            finding_count bigint NOT NULL,
            message text,
            params jsonb NOT NULL,
            queued timestamptz NOT NULL,
            started timestamptz,
            finished timestamptz
        );
        CREATE INDEX sonla_load_package ON sonla_load (package_id);
        CREATE INDEX sonla_load_open ON sonla_load (state)
            WHERE state IN ('waiting', 'running');
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE sonla_load")
