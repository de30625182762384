"""Table Schemas: their drafts and versions.

Revision ID: 005_table_schema
Revises: 004_requests
"""

revision = "005_table_schema"
down_revision = "004_requests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
