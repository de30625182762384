"""Handling: why it was reopened, saved answers, frozen quarters, what waits for whom.

Revision ID: 003_handling
Revises: 001_feedback
"""

from alembic import op

revision = "003_handling"
down_revision = "002_sending"
branch_labels = None
depends_on = None

ROUND = """
ALTER TABLE sonla_feedback_round
    ADD COLUMN reopened timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN reopened_by text,
    ADD COLUMN reopened_for text;
ALTER TABLE sonla_feedback_round ALTER COLUMN reopened DROP DEFAULT;
CREATE INDEX sonla_feedback_round_received ON sonla_feedback_round (received);
"""
# What somebody asks for who handles: the cost is that of what is open, or waits.
WAITING = """
CREATE INDEX sonla_feedback_received_open ON sonla_feedback (received)
    WHERE state IN ('received', 'assigned', 'in_progress', 'coordinating', 'paused');
CREATE INDEX sonla_feedback_assigned ON sonla_feedback (assigned_to)
    WHERE state IN ('received', 'assigned', 'in_progress', 'coordinating', 'paused');
CREATE INDEX sonla_feedback_due_day ON sonla_feedback (due);
CREATE INDEX sonla_feedback_answer_waiting
    ON sonla_feedback_answer (agency_id, feedback_id) WHERE state = 'submitted';
CREATE INDEX sonla_feedback_contribution_waiting
    ON sonla_feedback_contribution (agency_id, feedback_id) WHERE answered IS NULL;
"""
SAVED = """
CREATE TABLE sonla_feedback_saved_answer (
    id text PRIMARY KEY,
    agency_id text NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    created_by text NOT NULL,
    created timestamptz NOT NULL,
    UNIQUE (agency_id, title)
);
CREATE TABLE sonla_feedback_progress (
    name text PRIMARY KEY,
    value text NOT NULL
);
"""
FROZEN = """
CREATE TABLE sonla_feedback_quarter (
    quarter text PRIMARY KEY,
    as_of timestamptz NOT NULL,
    frozen_at timestamptz NOT NULL
);
CREATE TABLE sonla_feedback_summary (
    quarter text NOT NULL REFERENCES sonla_feedback_quarter (quarter),
    agency_id text NOT NULL,
    agency_name text NOT NULL,
    agency_title text NOT NULL,
    received integer NOT NULL,
    due integer NOT NULL,
    on_time integer NOT NULL,
    late integer NOT NULL,
    open integer NOT NULL,
    rejected integer NOT NULL,
    PRIMARY KEY (quarter, agency_id),
    CHECK (on_time + late + open = due),
    CHECK (rejected <= on_time + late)
);
CREATE FUNCTION sonla_feedback_frozen_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a frozen quarter stays as it was frozen'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER sonla_feedback_round_stays
    BEFORE DELETE ON sonla_feedback_round
    FOR EACH ROW EXECUTE FUNCTION sonla_feedback_is_kept();
"""
STAYS = """
CREATE TRIGGER sonla_feedback_frozen_stays BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION sonla_feedback_frozen_stays();
CREATE TRIGGER sonla_feedback_frozen_whole BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION sonla_feedback_frozen_stays();
"""
FROZEN_TABLES = ("sonla_feedback_quarter", "sonla_feedback_summary")
INDEXES = (
    "round_received",
    "received_open",
    "assigned",
    "due_day",
    "answer_waiting",
    "contribution_waiting",
)


def upgrade():
    for part in (ROUND, WAITING, SAVED, FROZEN):
        op.execute(part)
    for table in FROZEN_TABLES:
        op.execute(STAYS.format(table=table))


def downgrade():
    op.execute("DROP TRIGGER sonla_feedback_round_stays ON sonla_feedback_round")
    for name in ("summary", "quarter", "progress", "saved_answer"):
        op.execute(f"DROP TABLE sonla_feedback_{name}")
    op.execute("DROP FUNCTION sonla_feedback_frozen_stays()")
    for name in INDEXES:
        op.execute(f"DROP INDEX sonla_feedback_{name}")
    for name in ("reopened", "reopened_by", "reopened_for"):
        op.execute(f"ALTER TABLE sonla_feedback_round DROP COLUMN {name}")
