"""Editions, entries, their providers, and imports waiting to be confirmed.

Revision ID: 001_catalogue
Revises:
"""

from alembic import op

revision = "001_catalogue"
down_revision = None
branch_labels = None
depends_on = None

EDITION = """
CREATE TABLE sonla_edition (
    id text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('replacing', 'amending')),
    state text NOT NULL
        CHECK (state IN ('draft', 'submitted', 'rejected', 'in_force', 'superseded')),
    base_id text REFERENCES sonla_edition (id),
    note text NOT NULL DEFAULT '',
    decision_number text,
    decision_date date,
    document text,
    effective_date date,
    effective_until date,
    created timestamptz NOT NULL,
    editors text[] NOT NULL DEFAULT '{}',
    submitted timestamptz,
    submitted_by text,
    decided timestamptz,
    decided_by text,
    comment text NOT NULL DEFAULT '',
    changed timestamptz NOT NULL,
    CHECK ((kind = 'amending') = (base_id IS NOT NULL)),
    CHECK (effective_until >= effective_date),
    -- An edition comes by a numbered decision (article 7.1).
    CONSTRAINT sonla_edition_decision CHECK (
        state NOT IN ('in_force', 'superseded')
        OR (decision_number <> '' AND decision_date IS NOT NULL
            AND effective_date IS NOT NULL)
    ),
    -- Who decides has neither written nor submitted it.
    CONSTRAINT sonla_edition_four_eyes CHECK (
        state NOT IN ('in_force', 'superseded')
        OR (decided_by IS NOT NULL AND submitted_by IS NOT NULL
            AND decided_by <> submitted_by AND decided_by <> ALL (editors))
    ),
    -- One edition at a date.
    CONSTRAINT sonla_edition_one_in_force EXCLUDE USING gist (
        daterange(effective_date, effective_until, '[)') WITH &&
    ) WHERE (state IN ('in_force', 'superseded'))
)
"""
ENTRY = """
CREATE TABLE sonla_entry (
    id text PRIMARY KEY,
    edition_id text NOT NULL REFERENCES sonla_edition (id) ON DELETE CASCADE,
    code text NOT NULL,
    position integer NOT NULL,
    title text NOT NULL,
    title_en text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    lead_agency_id text NOT NULL,
    provider_kind text NOT NULL CHECK (provider_kind IN ('one', 'list', 'class')),
    provider_class text,
    domain_id text NOT NULL,
    content_kind text NOT NULL,
    tables jsonb NOT NULL DEFAULT '[]',
    update_cycle text NOT NULL,
    formats text[] NOT NULL DEFAULT '{}',
    sharing text[] NOT NULL DEFAULT '{}',
    priority integer NOT NULL CHECK (priority BETWEEN 1 AND 3),
    publish_by date,
    coordinating text[] NOT NULL DEFAULT '{}',
    source text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    licence text NOT NULL DEFAULT '',
    retired boolean NOT NULL DEFAULT false,
    change text NOT NULL CHECK (change IN ('unchanged', 'added', 'changed', 'retired')),
    searched text NOT NULL,
    UNIQUE (edition_id, code),
    CHECK ((provider_kind = 'class') = (provider_class IS NOT NULL))
)
"""
PROVIDER = """
CREATE TABLE sonla_entry_provider (
    entry_id text NOT NULL REFERENCES sonla_entry (id) ON DELETE CASCADE,
    agency_id text NOT NULL,
    PRIMARY KEY (entry_id, agency_id)
)
"""
IMPORT = """
CREATE TABLE sonla_catalogue_import (
    id text PRIMARY KEY,
    edition_id text NOT NULL REFERENCES sonla_edition (id) ON DELETE CASCADE,
    filename text NOT NULL,
    created timestamptz NOT NULL,
    created_by text NOT NULL,
    entries jsonb NOT NULL,
    findings jsonb NOT NULL,
    confirmed timestamptz
)
"""
# A decided edition is what the Chairman signed: its lines stay as they are.
FROZEN = """
CREATE FUNCTION sonla_entry_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE edition text;
BEGIN
    IF TG_OP = 'DELETE' THEN edition := OLD.edition_id;
    ELSE edition := NEW.edition_id; END IF;
    IF EXISTS (
        SELECT 1 FROM sonla_edition
        WHERE id = edition AND state NOT IN ('draft', 'rejected')
    ) OR (TG_OP = 'UPDATE' AND OLD.edition_id <> NEW.edition_id) THEN
        RAISE EXCEPTION 'the entries of a submitted or decided edition are frozen'
            USING ERRCODE = 'SL003';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sonla_entry_frozen BEFORE INSERT OR UPDATE OR DELETE ON sonla_entry
    FOR EACH ROW EXECUTE FUNCTION sonla_entry_frozen();
"""


def upgrade() -> None:
    for statement in (EDITION, ENTRY, PROVIDER, IMPORT, FROZEN):
        op.execute(statement)
    op.execute("CREATE INDEX sonla_entry_code ON sonla_entry (code)")
    op.execute("CREATE INDEX sonla_entry_domain ON sonla_entry (domain_id)")
    op.execute(
        "CREATE INDEX sonla_entry_provider_agency ON sonla_entry_provider (agency_id)"
    )
    op.execute(
        "CREATE INDEX sonla_package_entry ON package "
        "((extras ->> 'catalogue_entry'), owner_org)"
    )


def downgrade() -> None:
    op.execute("DROP INDEX sonla_package_entry")
    op.execute("DROP TABLE sonla_catalogue_import")
    op.execute("DROP TABLE sonla_entry_provider")
    op.execute("DROP TABLE sonla_entry")
    op.execute("DROP FUNCTION sonla_entry_frozen()")
    op.execute("DROP TABLE sonla_edition")
