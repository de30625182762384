"""Published datasets that don't conform to the edition in force any more.

Revision ID: 005_table_schema
Revises: 004_requests
"""

from alembic import op

revision = "005_table_schema"
down_revision = "004_requests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE sonla_nonconforming (
            dataset_id text PRIMARY KEY,
            agency_id text NOT NULL,
            entry_code text NOT NULL,
            edition_id text NOT NULL REFERENCES sonla_edition (id),
            reason text NOT NULL DEFAULT '',
            total bigint NOT NULL,
            wrong bigint NOT NULL,
            tables jsonb NOT NULL,
            since timestamptz NOT NULL,
            checked timestamptz NOT NULL
        )
        """
    )
    op.execute(
        "CREATE INDEX sonla_nonconforming_agency ON sonla_nonconforming (agency_id)"
    )


def downgrade() -> None:
    op.execute("DROP TABLE sonla_nonconforming")
