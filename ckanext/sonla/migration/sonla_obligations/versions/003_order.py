"""Lists begin with what is due first: an index in their order, so that a page of 50
lines reads about 50 rows and sorts no quarter.

Revision ID: 003_order
Revises: 002_feeds
"""

from alembic import op

revision = "003_order"
down_revision = "002_feeds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX sonla_obligation_order ON sonla_obligation (due, entry_code)"
    )
    op.execute("DROP INDEX sonla_obligation_due")


def downgrade() -> None:
    op.execute("CREATE INDEX sonla_obligation_due ON sonla_obligation (due)")
    op.execute("DROP INDEX sonla_obligation_order")
