"""Erase personal data by a recorded decision.

An erasure is the one thing that changes what was approved, frozen or published without
two hands; so it is written down for ever, and only the transaction that writes it down
reaches behind the seal, in that one dataset.

Revision ID: 106
Revises: 1055
Create Date: 2026-11-23

"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "106"
down_revision = "1055"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)

ERASURE = """
-- An erasure reaches what is sealed: the transaction names it, and only the one that
-- has just written it can.
CREATE FUNCTION sonla_erasing(dataset text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM sonla_erasure
        WHERE id = current_setting('sonla.erasing', true) AND dataset_id = dataset
          AND pg_xact_status(
              (((pg_current_xact_id()::text::bigint >> 32) << 32)
               | sonla_erasure.xmin::text::bigint)::text::xid8
          ) = 'in progress'
    )
$$;

CREATE FUNCTION sonla_erasure_born() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT sonla_is_operator(NEW.erased_by)
       OR coalesce(NEW.decision ->> 'number', '') = ''
       OR coalesce(NEW.decision ->> 'date', '') = ''
       OR NOT EXISTS (SELECT FROM sonla_revision
                      WHERE id = NEW.revision_id AND dataset_id = NEW.dataset_id) THEN
        PERFORM sonla_office_refuse(TG_TABLE_NAME,
            'an operator erases, by a recorded decision');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sonla_erasure_born BEFORE INSERT ON sonla_erasure
    FOR EACH ROW EXECUTE FUNCTION sonla_erasure_born();
CREATE TRIGGER sonla_erasure_stays BEFORE UPDATE OR DELETE ON sonla_erasure
    FOR EACH ROW EXECUTE FUNCTION sonla_office_stays();
CREATE TRIGGER sonla_erasure_whole BEFORE TRUNCATE ON sonla_erasure
    FOR EACH STATEMENT EXECUTE FUNCTION sonla_office_stays();

-- The switch, or an erasure, of this package.
CREATE OR REPLACE FUNCTION sonla_seal_open(package text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM sonla_revision
        WHERE id = current_setting('sonla.publishing', true)
          AND package IN (dataset_id, package_id)
          AND (state = 'publishing' OR (state = 'published' AND pg_xact_status(
              (((pg_current_xact_id()::text::bigint >> 32) << 32)
               | sonla_revision.xmin::text::bigint)::text::xid8
          ) = 'in progress'))
    ) OR sonla_erasing(package)
$$;

CREATE FUNCTION sonla_revision_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - ARRAY['content', 'findings', 'version']
       <> to_jsonb(OLD) - ARRAY['content', 'findings', 'version'] THEN
        PERFORM sonla_revision_refuse('an erasure changes its content only');
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER sonla_revision_moves ON sonla_revision;
CREATE TRIGGER sonla_revision_moves BEFORE UPDATE ON sonla_revision
    FOR EACH ROW WHEN (NOT sonla_erasing(OLD.dataset_id))
    EXECUTE FUNCTION sonla_revision_moves();
CREATE TRIGGER sonla_revision_erased BEFORE UPDATE ON sonla_revision
    FOR EACH ROW WHEN (sonla_erasing(OLD.dataset_id))
    EXECUTE FUNCTION sonla_revision_erased();
"""

BEFORE = """
DROP TRIGGER sonla_revision_erased ON sonla_revision;
DROP TRIGGER sonla_revision_moves ON sonla_revision;
DROP FUNCTION sonla_revision_erased();
CREATE TRIGGER sonla_revision_moves BEFORE UPDATE ON sonla_revision
    FOR EACH ROW EXECUTE FUNCTION sonla_revision_moves();
CREATE OR REPLACE FUNCTION sonla_seal_open(package text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM sonla_revision
        WHERE id = current_setting('sonla.publishing', true)
          AND package IN (dataset_id, package_id)
          AND (state = 'publishing' OR (state = 'published' AND pg_xact_status(
              (((pg_current_xact_id()::text::bigint >> 32) << 32)
               | sonla_revision.xmin::text::bigint)::text::xid8
          ) = 'in progress'))
    )
$$;
"""


def upgrade() -> None:
    op.create_table(
        "sonla_erasure",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("revision_id", sa.Text, nullable=False),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("what", postgresql.JSONB, nullable=False),
        sa.Column("decision", postgresql.JSONB, nullable=False),
        sa.Column("erased_by", sa.Text, nullable=False),
        sa.Column("erased", INSTANT, nullable=False),
        sa.Column("parts", postgresql.JSONB, nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["sonla_revision.id"]),
    )
    op.create_index("sonla_erasure_dataset", "sonla_erasure", ["dataset_id"])
    op.create_table(
        "sonla_erasure_file",
        sa.Column("erasure_id", sa.Text, primary_key=True),
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("removed", INSTANT),
        sa.ForeignKeyConstraint(["erasure_id"], ["sonla_erasure.id"]),
    )
    op.execute(ERASURE)


def downgrade() -> None:
    op.execute(BEFORE)
    op.execute("DROP TABLE sonla_erasure_file")
    op.execute("DROP TABLE sonla_erasure")
    op.execute("DROP FUNCTION sonla_erasure_born()")
    op.execute("DROP FUNCTION sonla_erasing(text)")
