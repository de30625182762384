"""Let a delegate approve for a leader who is away.

Revision ID: 107
Revises: 106
Create Date: 2026-11-23

"""

from __future__ import annotations

revision = "107"
down_revision = "106"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
