"""Retire, declare no change, take down, restore, erase.

Revision ID: 106
Revises: 105
Create Date: 2026-11-23

"""

from __future__ import annotations

revision = "106"
down_revision = "105"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
