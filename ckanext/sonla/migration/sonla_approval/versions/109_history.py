"""Keep what earlier revisions published.

Revision ID: 109
Revises: 108
Create Date: 2026-11-23

"""

from __future__ import annotations

revision = "109"
down_revision = "108"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
