"""Create the revisions, their resources and their comments.

Revision ID: 001
Revises:
Create Date: 2026-11-23

"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sonla_revision",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("package_id", sa.Text, nullable=False),
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("digest", sa.Text),
        sa.Column("digest_version", sa.Integer),
        sa.Column("data_period", sa.Text),
        sa.Column("publish_at", INSTANT),
        sa.Column("opened_by", sa.Text),
        sa.Column("opened", INSTANT, nullable=False),
        sa.Column("editors", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("submitted_by", sa.Text),
        sa.Column("submitted", INSTANT),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided", INSTANT),
        sa.Column("published", INSTANT),
        sa.Column("comment", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("findings", postgresql.JSONB, nullable=False),
        sa.Column("content", postgresql.JSONB),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint(
            "state NOT IN ('scheduled', 'publishing', 'published', 'superseded')"
            " OR (decided_by IS NOT NULL AND submitted_by IS NOT NULL"
            " AND digest IS NOT NULL AND decided_by <> submitted_by"
            " AND NOT decided_by = ANY (editors))",
            name="sonla_revision_four_eyes",
        ),
    )
    op.create_index(
        "sonla_revision_one_open",
        "sonla_revision",
        ["dataset_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('draft', 'submitted', 'returned', 'scheduled', 'publishing')"
        ),
    )
    op.create_index(
        "sonla_revision_one_published",
        "sonla_revision",
        ["dataset_id"],
        unique=True,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_index("sonla_revision_package", "sonla_revision", ["package_id"])
    op.create_index(
        "sonla_revision_agency_state", "sonla_revision", ["agency_id", "state"]
    )
    op.create_table(
        "sonla_revision_resource",
        sa.Column("revision_id", sa.Text, primary_key=True),
        sa.Column("working_id", sa.Text, primary_key=True),
        sa.Column("public_id", sa.Text, nullable=False),
        sa.Column("inherited_table", sa.Text),
        sa.Column("inherited_sha256", sa.Text),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["sonla_revision.id"], ondelete="CASCADE"
        ),
    )
    op.create_index(
        "sonla_revision_resource_working", "sonla_revision_resource", ["working_id"]
    )
    op.create_table(
        "sonla_revision_comment",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("revision_id", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("said", INSTANT, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("points", postgresql.JSONB, nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["sonla_revision.id"], ondelete="CASCADE"
        ),
    )
    op.create_index(
        "sonla_revision_comment_revision", "sonla_revision_comment", ["revision_id"]
    )


def downgrade() -> None:
    op.drop_table("sonla_revision_comment")
    op.drop_table("sonla_revision_resource")
    op.drop_table("sonla_revision")
