"""Requests for data outside the catalogue, inspections, yearly tasks.

Revision ID: 004_requests
Revises: 003_rounds
"""

revision = "004_requests"
down_revision = "003_rounds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
