"""Let a draft note the aliases that its table is published under.

The public table has its aliases until the switch, and a name belongs to one table.

Revision ID: 110
Revises: 109
Create Date: 2026-11-23

"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "110"
down_revision = "109"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sonla_revision_resource", sa.Column("aliases", JSONB))


def downgrade() -> None:
    op.drop_column("sonla_revision_resource", "aliases")
