"""Rounds of review, and what each agency answers (article 7.1).

Revision ID: 003_rounds
Revises: 002_catalogue_decided
"""

revision = "003_rounds"
down_revision = "002_catalogue_decided"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
