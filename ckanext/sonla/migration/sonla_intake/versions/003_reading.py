"""Keep how a file was read, and what officers chose of it

Revision ID: 003_reading
Revises: 002_updates
"""

from alembic import op

revision = "003_reading"
down_revision = "002_updates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE sonla_load ADD COLUMN reading jsonb NOT NULL DEFAULT '{}';
        CREATE TABLE sonla_intake_choice (
            resource_id text PRIMARY KEY,
            agency_id text,
            entry text,
            table_name text,
            choice jsonb NOT NULL,
            chosen timestamptz NOT NULL
        );
        CREATE INDEX sonla_intake_choice_table ON sonla_intake_choice
            (agency_id, entry, table_name, chosen);
        """
    )


def downgrade() -> None:
    op.execute(
        """
        DROP TABLE sonla_intake_choice;
        ALTER TABLE sonla_load DROP COLUMN reading;
        """
    )
