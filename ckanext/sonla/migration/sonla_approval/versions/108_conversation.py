"""Keep the conversation and the checks of a revision.

Revision ID: 108
Revises: 107
Create Date: 2026-11-23

"""

from __future__ import annotations

revision = "108"
down_revision = "107"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
