"""Send notices through channels and digests.

Revision ID: 003_channels
Revises: 002_audit
Create Date: 2026-11-23

"""

from __future__ import annotations

revision = "003_channels"
down_revision = "002_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
