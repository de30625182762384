"""Keep how a load changed its table, and how far it has come

Revision ID: 002_updates
Revises: 001_loads
"""

from alembic import op

revision = "002_updates"
down_revision = "001_loads"
branch_labels = None
depends_on = None

COLUMNS = {
    "mode": "text",
    "period": "text",
    "added": "bigint",
    "changed": "bigint",
    "removed": "bigint",
    "stage": "text",
    "total": "bigint",
}


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.execute(f"ALTER TABLE sonla_load ADD COLUMN {name} {kind}")


def downgrade() -> None:
    for name in COLUMNS:
        op.execute(f"ALTER TABLE sonla_load DROP COLUMN {name}")
