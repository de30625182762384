"""Feedback, its rounds and answers, notes, contributions, supports, reminders.

Revision ID: 001_feedback
Revises:
"""

from alembic import op

revision = "001_feedback"
down_revision = None
branch_labels = None
depends_on = None

FEEDBACK = """
CREATE TABLE sonla_feedback (
    id text PRIMARY KEY,
    code text NOT NULL UNIQUE,
    secret_hash text NOT NULL,
    kind text NOT NULL CHECK (kind IN (
        'publish_request', 'quality', 'availability', 'format', 'lawfulness',
        'regulation_proposal', 'other'
    )),
    subject text NOT NULL,
    text text NOT NULL,
    publish_text boolean NOT NULL,
    public_subject text,
    public_text text,
    language text NOT NULL,
    name text,
    email text,
    email_confirmed timestamptz,
    forgotten timestamptz,
    dataset_id text,
    resource_id text,
    row_id bigint,
    column_name text,
    entry_code text,
    about_agency_id text,
    handler_id text NOT NULL,
    assigned_to text,
    state text NOT NULL CHECK (state IN (
        'unconfirmed', 'received', 'assigned', 'in_progress', 'coordinating', 'paused',
        'answered', 'rejected', 'set_aside'
    )),
    moderation text NOT NULL CHECK (moderation IN ('clear', 'held', 'refused')),
    held_for text[] NOT NULL DEFAULT '{}',
    round smallint NOT NULL CHECK (round > 0),
    created timestamptz NOT NULL,
    received timestamptz,
    due date,
    due_at timestamptz,
    closed timestamptz,
    supports integer NOT NULL DEFAULT 0,
    CHECK (state <> 'unconfirmed' OR received IS NULL),
    CHECK (state IN ('unconfirmed', 'set_aside') OR received IS NOT NULL),
    CHECK ((received IS NULL) = (due IS NULL)),
    CHECK ((received IS NULL) = (due_at IS NULL)),
    CHECK ((closed IS NULL) = (state NOT IN ('answered', 'rejected'))),
    CHECK ((moderation = 'refused') = (state = 'set_aside')),
    CHECK (publish_text OR public_text IS NULL)
);
CREATE INDEX sonla_feedback_open ON sonla_feedback (handler_id, due_at, id)
    WHERE state IN ('received', 'assigned', 'in_progress', 'coordinating', 'paused');
CREATE INDEX sonla_feedback_due ON sonla_feedback (due_at)
    WHERE state IN ('received', 'assigned', 'in_progress', 'coordinating', 'paused');
CREATE INDEX sonla_feedback_received ON sonla_feedback (received DESC, id);
CREATE INDEX sonla_feedback_handler ON sonla_feedback (handler_id, received DESC, id);
CREATE INDEX sonla_feedback_dataset ON sonla_feedback (dataset_id, received DESC)
    WHERE dataset_id IS NOT NULL;
CREATE INDEX sonla_feedback_entry ON sonla_feedback (entry_code, received DESC)
    WHERE entry_code IS NOT NULL;
CREATE INDEX sonla_feedback_held ON sonla_feedback (created)
    WHERE moderation = 'held';

CREATE TABLE sonla_feedback_round (
    feedback_id text NOT NULL REFERENCES sonla_feedback (id),
    round smallint NOT NULL,
    handler_id text NOT NULL,
    received timestamptz NOT NULL,
    due date NOT NULL,
    due_at timestamptz NOT NULL,
    closed timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('answered', 'rejected')),
    PRIMARY KEY (feedback_id, round)
);
CREATE INDEX sonla_feedback_round_due ON sonla_feedback_round (due);
"""
ANSWER = """
CREATE TABLE sonla_feedback_answer (
    id text PRIMARY KEY,
    feedback_id text NOT NULL REFERENCES sonla_feedback (id),
    round smallint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('answer', 'rejection')),
    text text NOT NULL,
    reason text CHECK ((kind = 'rejection') = (reason IS NOT NULL)),
    revision_id text,
    state text NOT NULL CHECK (
        state IN ('submitted', 'returned', 'replaced', 'approved')
    ),
    agency_id text NOT NULL,
    writers text[] NOT NULL,
    submitted_by text NOT NULL,
    submitted timestamptz NOT NULL,
    decided_by text,
    decided timestamptz,
    comment text,
    -- Four eyes: who decides wrote nothing in it, whoever asks.
    CHECK (submitted_by = ANY (writers)),
    CHECK (decided_by IS NULL OR NOT (decided_by = ANY (writers))),
    CHECK ((decided_by IS NULL) = (decided IS NULL)),
    CHECK (state NOT IN ('returned', 'approved') OR decided_by IS NOT NULL)
);
CREATE UNIQUE INDEX sonla_feedback_answer_one
    ON sonla_feedback_answer (feedback_id, round)
    WHERE state IN ('submitted', 'approved');
CREATE INDEX sonla_feedback_answer_of ON sonla_feedback_answer (feedback_id);
CREATE INDEX sonla_feedback_answer_revision ON sonla_feedback_answer (revision_id)
    WHERE revision_id IS NOT NULL;
"""
AROUND = """
CREATE TABLE sonla_feedback_note (
    id text PRIMARY KEY,
    feedback_id text NOT NULL REFERENCES sonla_feedback (id),
    author text NOT NULL,
    agency_id text NOT NULL,
    text text NOT NULL,
    created timestamptz NOT NULL
);
CREATE INDEX sonla_feedback_note_of ON sonla_feedback_note (feedback_id);
CREATE TABLE sonla_feedback_contribution (
    id text PRIMARY KEY,
    feedback_id text NOT NULL REFERENCES sonla_feedback (id),
    agency_id text NOT NULL,
    question text NOT NULL,
    asked_by text NOT NULL,
    asked timestamptz NOT NULL,
    text text,
    answered_by text,
    answered timestamptz,
    CHECK ((answered IS NULL) = (answered_by IS NULL))
);
CREATE INDEX sonla_feedback_contribution_of
    ON sonla_feedback_contribution (feedback_id);
CREATE INDEX sonla_feedback_contribution_agency
    ON sonla_feedback_contribution (agency_id, asked DESC);
CREATE TABLE sonla_feedback_support (
    id text PRIMARY KEY,
    feedback_id text NOT NULL REFERENCES sonla_feedback (id),
    supporter text,
    email text,
    email_confirmed timestamptz,
    language text NOT NULL,
    created timestamptz NOT NULL
);
CREATE UNIQUE INDEX sonla_feedback_support_once
    ON sonla_feedback_support (feedback_id, supporter);
CREATE TABLE sonla_feedback_reminder (
    feedback_id text NOT NULL REFERENCES sonla_feedback (id),
    round smallint NOT NULL,
    rung text NOT NULL,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (feedback_id, round, rung)
);
"""
# Invariants 2 and 6, for whoever holds a token of whatever kind.
GUARDS = """
CREATE FUNCTION sonla_feedback_is_kept() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'feedback and its answers are kept';
END $$;
CREATE TRIGGER sonla_feedback_is_kept BEFORE DELETE ON sonla_feedback
    FOR EACH ROW EXECUTE FUNCTION sonla_feedback_is_kept();
CREATE TRIGGER sonla_feedback_answer_is_kept BEFORE DELETE ON sonla_feedback_answer
    FOR EACH ROW EXECUTE FUNCTION sonla_feedback_is_kept();

CREATE FUNCTION sonla_feedback_needs_its_leader() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IN ('answered', 'rejected') AND NOT EXISTS (
        SELECT FROM sonla_feedback_answer AS answer
        WHERE answer.feedback_id = NEW.id AND answer.round = NEW.round
          AND answer.state = 'approved'
          AND answer.kind =
              CASE NEW.state WHEN 'answered' THEN 'answer' ELSE 'rejection' END
    ) THEN
        RAISE EXCEPTION 'feedback is answered by what a leader approved';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sonla_feedback_needs_its_leader
    BEFORE UPDATE OF state, round ON sonla_feedback
    FOR EACH ROW EXECUTE FUNCTION sonla_feedback_needs_its_leader();

CREATE FUNCTION sonla_feedback_answer_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'approved' OR (
        (NEW.text, NEW.reason, NEW.revision_id, NEW.kind, NEW.writers, NEW.round,
         NEW.feedback_id, NEW.submitted_by)
        IS DISTINCT FROM
        (OLD.text, OLD.reason, OLD.revision_id, OLD.kind, OLD.writers, OLD.round,
         OLD.feedback_id, OLD.submitted_by)
    ) THEN
        RAISE EXCEPTION 'a submitted answer stays as it was submitted';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sonla_feedback_answer_stays BEFORE UPDATE ON sonla_feedback_answer
    FOR EACH ROW EXECUTE FUNCTION sonla_feedback_answer_stays();
"""
TABLES = (
    "reminder",
    "support",
    "contribution",
    "note",
    "answer",
    "round",
)


def upgrade():
    for part in (FEEDBACK, ANSWER, AROUND, GUARDS):
        op.execute(part)


def downgrade():
    for name in TABLES:
        op.execute(f"DROP TABLE sonla_feedback_{name}")
    op.execute("DROP TABLE sonla_feedback")
    for name in ("answer_stays", "needs_its_leader", "is_kept"):
        op.execute(f"DROP FUNCTION sonla_feedback_{name}()")
