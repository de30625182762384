"""Requests for data outside the catalogue, inspections, the office's tasks, demand.

Revision ID: 004_requests
Revises: 003_rounds
"""

from alembic import op

revision = "004_requests"
down_revision = "003_rounds"
branch_labels = None
depends_on = None

REQUEST = """
CREATE TABLE sonla_entry_request (
    id text PRIMARY KEY,
    agency_id text NOT NULL,
    state text NOT NULL
        CHECK (state IN ('draft', 'submitted', 'accepted', 'declined')),
    title text NOT NULL,
    reason text NOT NULL,
    fields jsonb NOT NULL DEFAULT '{}',
    created timestamptz NOT NULL,
    created_by text NOT NULL,
    submitted timestamptz,
    submitted_by text,
    decided timestamptz,
    decided_by text,
    comment text NOT NULL DEFAULT '',
    edition_id text REFERENCES sonla_edition (id) ON DELETE SET NULL,
    entry_code text,
    CHECK (state = 'draft' OR submitted_by IS NOT NULL),
    -- Who accepts is another than who asked (article 7.2).
    CONSTRAINT sonla_entry_request_four_eyes CHECK (
        state NOT IN ('accepted', 'declined')
        OR (decided_by IS NOT NULL AND decided_by <> submitted_by
            AND decided_by <> created_by)
    ),
    CHECK (state <> 'declined' OR comment <> '')
);
CREATE INDEX sonla_entry_request_agency ON sonla_entry_request (agency_id, state);
"""
INSPECTION = """
CREATE TABLE sonla_inspection (
    id text PRIMARY KEY,
    agency_id text NOT NULL,
    date date NOT NULL,
    findings text NOT NULL CHECK (findings <> ''),
    created timestamptz NOT NULL,
    created_by text NOT NULL,
    answer text NOT NULL DEFAULT '',
    answered timestamptz,
    answered_by text,
    CHECK ((answer <> '') = (answered IS NOT NULL))
);
CREATE INDEX sonla_inspection_agency ON sonla_inspection (agency_id);
CREATE FUNCTION sonla_inspection_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Findings and reply are a record (article 5.1): the reply may only be added.
    IF TG_OP = 'UPDATE' AND OLD.answered IS NULL
        AND to_jsonb(NEW) - '{answer,answered,answered_by}'::text[]
          = to_jsonb(OLD) - '{answer,answered,answered_by}'::text[]
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'an inspection stays as it was recorded'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER sonla_inspection_kept BEFORE UPDATE OR DELETE ON sonla_inspection
    FOR EACH ROW EXECUTE FUNCTION sonla_inspection_kept();
"""
TASK = """
CREATE TABLE sonla_task (
    id text PRIMARY KEY,
    kind text NOT NULL,
    subject text NOT NULL,
    title text NOT NULL DEFAULT '',
    agency_id text,
    opened timestamptz NOT NULL,
    due date,
    state text NOT NULL CHECK (state IN ('open', 'done')),
    done timestamptz,
    done_by text,
    record text NOT NULL DEFAULT '',
    -- The clock opens each once, however often it runs.
    UNIQUE (kind, subject),
    CHECK ((state = 'done') = (done IS NOT NULL))
)
"""
DEMAND = """
CREATE TABLE sonla_demand (
    kind text NOT NULL,
    subject text NOT NULL,
    month date NOT NULL,
    count bigint NOT NULL CHECK (count > 0),
    PRIMARY KEY (kind, subject, month)
)
"""


def upgrade() -> None:
    for statement in (REQUEST, INSPECTION, TASK, DEMAND):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE sonla_demand")
    op.execute("DROP TABLE sonla_task")
    op.execute("DROP TABLE sonla_inspection")
    op.execute("DROP FUNCTION sonla_inspection_kept()")
    op.execute("DROP TABLE sonla_entry_request")
