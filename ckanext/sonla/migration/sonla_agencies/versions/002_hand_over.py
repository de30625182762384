"""Let a successor's account overlap its predecessor's.

Revision ID: 002_hand_over
Revises: 001_roles
Create Date: 2026-11-23

"""

from __future__ import annotations

revision = "002_hand_over"
down_revision = "001_roles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
