"""Harden the switch.

Revision ID: 110
Revises: 109
Create Date: 2026-11-23

"""

from __future__ import annotations

revision = "110"
down_revision = "109"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
