"""Obligations, how the revisions that meet them stand, periods that are frozen.

Revision ID: 001_obligations
Revises:
"""

from alembic import op

revision = "001_obligations"
down_revision = None
branch_labels = None
depends_on = None

OBLIGATION = """
CREATE TABLE sonla_obligation (
    id text PRIMARY KEY,
    entry_code text NOT NULL,
    agency_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('periodic', 'publish_by', 'change')),
    period text NOT NULL,
    cycle text CHECK (
        (kind = 'periodic')
        = (cycle IN ('monthly', 'quarterly', 'half_yearly', 'yearly'))
    ),
    period_first date,
    entry_title text NOT NULL,
    domain_id text,
    start date NOT NULL,
    opens date NOT NULL,
    opens_at timestamptz NOT NULL,
    target date NOT NULL,
    due date NOT NULL,
    due_at timestamptz NOT NULL,
    made timestamptz NOT NULL,
    dataset_id text CHECK ((kind = 'change') = (dataset_id IS NOT NULL)),
    answered_after timestamptz CHECK ((kind = 'change') = (answered_after IS NOT NULL)),
    met_at timestamptz,
    met_by text,
    submitted_at timestamptz,
    officer_seconds bigint,
    leader_seconds bigint,
    excused_at timestamptz,
    excused_by text,
    excused_reason text,
    closed_at timestamptz,
    closed_reason text,
    UNIQUE (entry_code, agency_id, kind, period),
    CHECK ((met_at IS NULL) = (met_by IS NULL)),
    CHECK ((excused_at IS NULL) = (excused_reason IS NULL)),
    CHECK ((closed_at IS NULL) = (closed_reason IS NULL))
);
CREATE INDEX sonla_obligation_open ON sonla_obligation (due_at)
    WHERE met_at IS NULL AND excused_at IS NULL AND closed_at IS NULL;
CREATE INDEX sonla_obligation_agency ON sonla_obligation (agency_id, due);
CREATE INDEX sonla_obligation_due ON sonla_obligation (due);
CREATE INDEX sonla_obligation_met_by ON sonla_obligation (met_by);
CREATE INDEX sonla_obligation_made ON sonla_obligation (made);
"""
DELIVERY = """
CREATE TABLE sonla_obligation_delivery (
    revision text PRIMARY KEY,
    dataset_id text NOT NULL,
    entry_code text,
    agency_id text NOT NULL,
    kind text NOT NULL,
    period text,
    submitted_at timestamptz,
    approved_at timestamptz,
    published boolean NOT NULL,
    turns jsonb NOT NULL DEFAULT '[]'
);
CREATE INDEX sonla_obligation_delivery_of
    ON sonla_obligation_delivery (entry_code, agency_id);
CREATE INDEX sonla_obligation_delivery_dataset
    ON sonla_obligation_delivery (dataset_id);
CREATE TABLE sonla_obligation_progress (
    name text PRIMARY KEY,
    value text NOT NULL
);
"""
FROZEN = """
CREATE TABLE sonla_obligation_quarter (
    quarter text PRIMARY KEY,
    as_of timestamptz NOT NULL,
    frozen_at timestamptz NOT NULL
);
CREATE TABLE sonla_obligation_frozen (
    obligation_id text PRIMARY KEY REFERENCES sonla_obligation (id),
    quarter text NOT NULL REFERENCES sonla_obligation_quarter (quarter),
    entry_code text NOT NULL,
    entry_title text NOT NULL,
    agency_id text NOT NULL,
    agency_name text NOT NULL,
    agency_title text NOT NULL,
    domain_id text,
    domain_title text,
    kind text NOT NULL,
    period text NOT NULL,
    due date NOT NULL,
    status text NOT NULL,
    met_at timestamptz,
    officer_seconds bigint,
    leader_seconds bigint
);
CREATE INDEX sonla_obligation_frozen_quarter ON sonla_obligation_frozen (quarter);
CREATE TABLE sonla_obligation_summary (
    quarter text NOT NULL REFERENCES sonla_obligation_quarter (quarter),
    of text NOT NULL CHECK (of IN ('agency', 'domain', 'entry')),
    object_id text NOT NULL,
    title text NOT NULL,
    counts jsonb NOT NULL,
    PRIMARY KEY (quarter, of, object_id)
);
CREATE INDEX sonla_obligation_summary_object
    ON sonla_obligation_summary (of, object_id);

CREATE FUNCTION sonla_obligation_frozen_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a frozen period stays as it was frozen'
        USING ERRCODE = 'check_violation';
END $$;
"""
FROZEN_TABLES = (
    "sonla_obligation_quarter",
    "sonla_obligation_frozen",
    "sonla_obligation_summary",
)
STAYS = """
CREATE TRIGGER sonla_obligation_frozen_stays BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION sonla_obligation_frozen_stays();
CREATE TRIGGER sonla_obligation_frozen_whole BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION sonla_obligation_frozen_stays();
"""
REMINDER = """
CREATE TABLE sonla_obligation_reminder (
    obligation_id text NOT NULL REFERENCES sonla_obligation (id) ON DELETE CASCADE,
    rung text NOT NULL,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (obligation_id, rung)
);
"""


def upgrade() -> None:
    for script in (OBLIGATION, DELIVERY, FROZEN, REMINDER):
        op.execute(script)
    for table in FROZEN_TABLES:
        op.execute(STAYS.format(table=table))


def downgrade() -> None:
    op.execute("DROP TABLE sonla_obligation_reminder")
    for table in reversed(FROZEN_TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION sonla_obligation_frozen_stays()")
    op.execute(
        "DROP TABLE sonla_obligation_progress, sonla_obligation_delivery, "
        "sonla_obligation"
    )
