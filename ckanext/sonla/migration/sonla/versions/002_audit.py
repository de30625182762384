"""Audit the log.

Revision ID: 002_audit
Revises: 001_shared
Create Date: 2026-11-23

"""

from __future__ import annotations

revision = "002_audit"
down_revision = "001_shared"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
