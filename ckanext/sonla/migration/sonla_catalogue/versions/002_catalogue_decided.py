"""What was decided stays: lines, their providers and the decision itself.

Revision ID: 002_catalogue_decided
Revises: 001_catalogue
"""

from alembic import op

revision = "002_catalogue_decided"
down_revision = "001_catalogue"
branch_labels = None
depends_on = None

FROZEN = """
CREATE OR REPLACE FUNCTION sonla_entry_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE edition text;
BEGIN
    IF TG_OP = 'DELETE' THEN edition := OLD.edition_id;
    ELSE edition := NEW.edition_id; END IF;
    IF EXISTS (
        SELECT 1 FROM sonla_edition
        WHERE id = edition AND state NOT IN ('draft', 'rejected')
    ) OR (TG_OP = 'UPDATE' AND OLD.edition_id <> NEW.edition_id) THEN
        RAISE EXCEPTION 'the entries of a submitted or decided edition are frozen'
            USING ERRCODE = '{code}';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$
"""
PROVIDERS = """
CREATE FUNCTION sonla_entry_provider_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE entry text;
BEGIN
    IF TG_OP = 'INSERT' THEN entry := NEW.entry_id; ELSE entry := OLD.entry_id; END IF;
    IF EXISTS (
        SELECT 1 FROM sonla_entry JOIN sonla_edition e ON e.id = edition_id
        WHERE sonla_entry.id = entry AND e.state NOT IN ('draft', 'rejected')
    ) THEN
        RAISE EXCEPTION 'the providers of a submitted or decided edition are frozen'
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sonla_entry_provider_frozen
    BEFORE INSERT OR UPDATE OR DELETE ON sonla_entry_provider
    FOR EACH ROW EXECUTE FUNCTION sonla_entry_provider_frozen();
"""
DECIDED = """
CREATE FUNCTION sonla_edition_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Only its end may still be written, when the next edition takes over.
    IF TG_OP = 'UPDATE' AND NEW.state IN ('in_force', 'superseded')
        AND (OLD.effective_until IS NULL OR NEW.effective_until = OLD.effective_until)
        AND to_jsonb(NEW) - '{state,effective_until,changed}'::text[]
          = to_jsonb(OLD) - '{state,effective_until,changed}'::text[]
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a decided edition stays as it was decided'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER sonla_edition_decided BEFORE UPDATE OR DELETE ON sonla_edition
    FOR EACH ROW WHEN (OLD.state IN ('in_force', 'superseded'))
    EXECUTE FUNCTION sonla_edition_decided();
"""


def upgrade() -> None:
    op.execute(FROZEN.replace("{code}", "check_violation"))
    op.execute(PROVIDERS)
    op.execute(DECIDED)


def downgrade() -> None:
    op.execute("DROP TRIGGER sonla_edition_decided ON sonla_edition")
    op.execute("DROP FUNCTION sonla_edition_decided()")
    op.execute("DROP TRIGGER sonla_entry_provider_frozen ON sonla_entry_provider")
    op.execute("DROP FUNCTION sonla_entry_provider_frozen()")
    op.execute(FROZEN.replace("{code}", "SL003"))
