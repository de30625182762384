"""Annexes: what their import understood.

Revision ID: 006_annex
Revises: 005_table_schema
"""

revision = "006_annex"
down_revision = "005_table_schema"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
