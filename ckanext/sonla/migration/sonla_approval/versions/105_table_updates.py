"""Say how an update changes a table.

Revision ID: 105
Revises: 104
Create Date: 2026-11-23

"""

from __future__ import annotations

revision = "105"
down_revision = "104"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
