"""Say how an update changes a table.

A draft's table replaces the public one, or a period of it, or adds rows, or updates
them by key. What was said stands still with the revision, and the public note of a
correction with it.

Revision ID: 105
Revises: 104
Create Date: 2026-11-23

"""

from __future__ import annotations

from alembic import op

revision = "105"
down_revision = "104"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE sonla_revision ADD COLUMN public_note text;
ALTER TABLE sonla_revision_resource
    ADD COLUMN mode text NOT NULL DEFAULT 'replace'
        CONSTRAINT sonla_revision_resource_mode
        CHECK (mode IN ('replace', 'period', 'add', 'key')),
    ADD COLUMN period text,
    ADD COLUMN note text,
    ADD COLUMN part_sha256 text,
    ADD COLUMN part_name text,
    ADD CONSTRAINT sonla_revision_resource_period
        CHECK ((mode = 'period') = (period IS NOT NULL));
"""

GUARD = """
CREATE FUNCTION sonla_revision_resource_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM sonla_revision WHERE id = OLD.revision_id
               AND state NOT IN ('draft', 'returned', 'withdrawn')) THEN
        PERFORM sonla_revision_refuse('how a table is updated stands still');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER sonla_revision_resource_stands
    BEFORE UPDATE OF mode, period, note, part_sha256, part_name
    ON sonla_revision_resource FOR EACH ROW
    WHEN ((NEW.mode, NEW.period, NEW.note, NEW.part_sha256, NEW.part_name)
          IS DISTINCT FROM
          (OLD.mode, OLD.period, OLD.note, OLD.part_sha256, OLD.part_name))
    EXECUTE FUNCTION sonla_revision_resource_stands();

CREATE FUNCTION sonla_revision_note_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state NOT IN ('draft', 'returned', 'withdrawn') THEN
        PERFORM sonla_revision_refuse('the public note stands still');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER sonla_revision_note_stands BEFORE UPDATE OF public_note
    ON sonla_revision FOR EACH ROW
    WHEN (NEW.public_note IS DISTINCT FROM OLD.public_note)
    EXECUTE FUNCTION sonla_revision_note_stands();
"""


def upgrade() -> None:
    op.execute(COLUMNS)
    op.execute(GUARD)


def downgrade() -> None:
    op.execute("DROP TRIGGER sonla_revision_note_stands ON sonla_revision")
    op.execute("DROP FUNCTION sonla_revision_note_stands()")
    op.execute("DROP TRIGGER sonla_revision_resource_stands ON sonla_revision_resource")
    op.execute("DROP FUNCTION sonla_revision_resource_stands()")
    op.execute(
        "ALTER TABLE sonla_revision_resource"
        " DROP COLUMN mode, DROP COLUMN period, DROP COLUMN note,"
        " DROP COLUMN part_sha256, DROP COLUMN part_name"
    )
    op.execute("ALTER TABLE sonla_revision DROP COLUMN public_note")
