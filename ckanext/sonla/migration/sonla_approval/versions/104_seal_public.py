"""Only an approval makes a package public, whatever else is tried.

`bulk_update_public`, a raw UPDATE or an INSERT would otherwise show a draft to
everybody. Harvest sources are packages of their own type and no datasets.

Revision ID: 104
Revises: 103
Create Date: 2026-11-23

"""

from __future__ import annotations

from alembic import op

revision = "104"
down_revision = "103"
branch_labels = None
depends_on = None

GATE = """
CREATE FUNCTION sonla_seal_public() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.private OR NEW.type = 'harvest' OR sonla_seal_open(NEW.id) THEN
        RETURN NEW;
    END IF;
    -- What is published already is judged as a change of sealed content.
    IF TG_OP = 'UPDATE' AND NOT OLD.private AND OLD.type = NEW.type THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Only an approval makes a dataset public'
        USING ERRCODE = 'SL004', TABLE = TG_TABLE_NAME, DETAIL = NEW.id;
END $$;
CREATE TRIGGER sonla_seal_public BEFORE INSERT OR UPDATE ON package
    FOR EACH ROW EXECUTE FUNCTION sonla_seal_public();
"""


def upgrade() -> None:
    op.execute(GATE)


def downgrade() -> None:
    op.execute("DROP TRIGGER sonla_seal_public ON package")
    op.execute("DROP FUNCTION sonla_seal_public()")
