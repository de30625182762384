"""Editions decided for a later day, rounds of review and what each agency answers.

Revision ID: 003_rounds
Revises: 002_catalogue_decided
"""

from alembic import op

revision = "003_rounds"
down_revision = "002_catalogue_decided"
branch_labels = None
depends_on = None

NEW = "'approved', 'in_force', 'superseded'"
OLD = "'in_force', 'superseded'"
STATES = """
ALTER TABLE sonla_edition DROP CONSTRAINT sonla_edition_state_check;
ALTER TABLE sonla_edition ADD CONSTRAINT sonla_edition_state_check
    CHECK (state IN ('draft', 'submitted', 'rejected', {decided}));
ALTER TABLE sonla_edition DROP CONSTRAINT sonla_edition_decision;
ALTER TABLE sonla_edition ADD CONSTRAINT sonla_edition_decision CHECK (
    state NOT IN ({decided})
    OR (decision_number <> '' AND decision_date IS NOT NULL
        AND effective_date IS NOT NULL)
);
ALTER TABLE sonla_edition DROP CONSTRAINT sonla_edition_four_eyes;
ALTER TABLE sonla_edition ADD CONSTRAINT sonla_edition_four_eyes CHECK (
    state NOT IN ({decided})
    OR (decided_by IS NOT NULL AND submitted_by IS NOT NULL
        AND decided_by <> submitted_by AND decided_by <> ALL (editors))
);
ALTER TABLE sonla_edition DROP CONSTRAINT sonla_edition_one_in_force;
ALTER TABLE sonla_edition ADD CONSTRAINT sonla_edition_one_in_force
    EXCLUDE USING gist (
        daterange(effective_date, effective_until, '[)') WITH &&
    ) WHERE (state IN ({decided}));
"""
DECIDED = """
CREATE OR REPLACE FUNCTION sonla_edition_decided() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- Only its end may still be written, when the next edition takes over.
    IF TG_OP = 'UPDATE' AND NEW.state IN ({decided})
        AND (OLD.effective_until IS NULL OR NEW.effective_until = OLD.effective_until)
        AND to_jsonb(NEW) - '{state,effective_until,changed}'::text[]
          = to_jsonb(OLD) - '{state,effective_until,changed}'::text[]
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a decided edition stays as it was decided'
        USING ERRCODE = 'check_violation';
END $$;
DROP TRIGGER sonla_edition_decided ON sonla_edition;
CREATE TRIGGER sonla_edition_decided BEFORE UPDATE OR DELETE ON sonla_edition
    FOR EACH ROW WHEN (OLD.state IN ({decided}))
    EXECUTE FUNCTION sonla_edition_decided();
"""
# The scan of the decision, in the transaction that records it: neither without the
# other, and in every backup of the catalogue.
SCAN = """
CREATE TABLE sonla_edition_scan (
    edition_id text PRIMARY KEY REFERENCES sonla_edition (id) ON DELETE CASCADE,
    filename text NOT NULL,
    mimetype text NOT NULL,
    sha256 text NOT NULL,
    content bytea NOT NULL
)
"""
ROUND = """
CREATE TABLE sonla_review_round (
    id text PRIMARY KEY,
    note text NOT NULL DEFAULT '',
    due date NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'closed')),
    base_id text REFERENCES sonla_edition (id),
    opened timestamptz NOT NULL,
    opened_by text NOT NULL,
    closed timestamptz,
    closed_by text,
    CHECK ((state = 'closed') = (closed IS NOT NULL))
);
-- One round at a time: an agency must know which one it answers.
CREATE UNIQUE INDEX sonla_review_round_one_open ON sonla_review_round (state)
    WHERE state = 'open';
"""
ANSWER = """
CREATE TABLE sonla_review_answer (
    id text PRIMARY KEY,
    round_id text NOT NULL REFERENCES sonla_review_round (id) ON DELETE CASCADE,
    agency_id text NOT NULL,
    state text NOT NULL
        CHECK (state IN ('waiting', 'answered', 'returned', 'approved')),
    changes jsonb NOT NULL DEFAULT '[]',
    note text NOT NULL DEFAULT '',
    comment text NOT NULL DEFAULT '',
    editors text[] NOT NULL DEFAULT '{}',
    answered timestamptz,
    answered_by text,
    decided timestamptz,
    decided_by text,
    reminded timestamptz,
    reminders integer NOT NULL DEFAULT 0,
    collected timestamptz,
    collected_by text,
    edition_id text REFERENCES sonla_edition (id) ON DELETE SET NULL,
    UNIQUE (round_id, agency_id),
    CHECK (state IN ('waiting', 'returned') OR answered_by IS NOT NULL),
    -- Who approves an agency's answer has not written it (article 8.2).
    CONSTRAINT sonla_review_answer_four_eyes CHECK (
        state <> 'approved'
        OR (decided_by IS NOT NULL AND decided_by <> answered_by
            AND decided_by <> ALL (editors))
    )
);
CREATE FUNCTION sonla_review_answer_approved() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- What the leader approved stays; only its way into an edition is noted.
    IF TG_OP = 'UPDATE'
        AND to_jsonb(NEW) - '{collected,collected_by,edition_id}'::text[]
          = to_jsonb(OLD) - '{collected,collected_by,edition_id}'::text[]
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'an approved answer stays as it was approved'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER sonla_review_answer_approved
    BEFORE UPDATE OR DELETE ON sonla_review_answer
    FOR EACH ROW WHEN (OLD.state = 'approved')
    EXECUTE FUNCTION sonla_review_answer_approved();
"""


def upgrade() -> None:
    op.execute(STATES.replace("{decided}", NEW))
    op.execute(DECIDED.replace("{decided}", NEW))
    # What an edition was compared with when it was submitted.
    op.execute(
        "ALTER TABLE sonla_edition "
        "ADD COLUMN compared_id text REFERENCES sonla_edition (id)"
    )
    for statement in (SCAN, ROUND, ANSWER):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE sonla_review_answer")
    op.execute("DROP FUNCTION sonla_review_answer_approved()")
    op.execute("DROP TABLE sonla_review_round")
    op.execute("DROP TABLE sonla_edition_scan")
    # The trigger would refuse the column's loss of a value, not the column's own.
    op.execute("ALTER TABLE sonla_edition DROP COLUMN compared_id")
    op.execute("UPDATE sonla_edition SET state = 'in_force' WHERE state = 'approved'")
    op.execute(STATES.replace("{decided}", OLD))
    op.execute(DECIDED.replace("{decided}", OLD))
