"""Create the log, the mail outbox, the operator's calendar, the scheduler's clock

Revision ID: 001_shared
Revises:
"""

from alembic import op

revision = "001_shared"
down_revision = None
branch_labels = None
depends_on = None

LOG = """
CREATE TABLE sonla_event (
    seq bigint PRIMARY KEY,
    id text NOT NULL UNIQUE,
    name text NOT NULL,
    object_type text NOT NULL,
    object_id text NOT NULL,
    actor text,
    role text,
    agency_id text,
    agency_name text,
    agency_title text,
    public boolean NOT NULL,
    data jsonb NOT NULL,
    persons jsonb NOT NULL,
    at timestamptz NOT NULL,
    previous text NOT NULL UNIQUE,
    hash text NOT NULL UNIQUE
);
CREATE INDEX sonla_event_object ON sonla_event (object_type, object_id, seq);
CREATE INDEX sonla_event_agency ON sonla_event (agency_id, seq);

CREATE FUNCTION sonla_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The log of events is append-only'
        USING ERRCODE = 'SL002', TABLE = TG_TABLE_NAME;
END $$;

CREATE FUNCTION sonla_event_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    -- The same lock as the writer's: a writer that forgot it waits here.
    PERFORM pg_advisory_xact_lock(7820001);
    SELECT seq, hash INTO last FROM sonla_event ORDER BY seq DESC LIMIT 1;
    IF NEW.seq <> COALESCE(last.seq, 0) + 1
       OR NEW.previous <> COALESCE(last.hash, repeat('0', 64)) THEN
        RAISE EXCEPTION 'An event must follow the last one'
            USING ERRCODE = 'SL002', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER sonla_event_follows BEFORE INSERT ON sonla_event
    FOR EACH ROW EXECUTE FUNCTION sonla_event_follows();
CREATE TRIGGER sonla_event_append_only BEFORE UPDATE OR DELETE ON sonla_event
    FOR EACH ROW EXECUTE FUNCTION sonla_event_refuse();
CREATE TRIGGER sonla_event_no_truncate BEFORE TRUNCATE ON sonla_event
    FOR EACH STATEMENT EXECUTE FUNCTION sonla_event_refuse();
"""

OUTBOX = """
CREATE TABLE sonla_mail (
    id bigserial PRIMARY KEY,
    key text NOT NULL UNIQUE,
    user_id text,
    address text,
    subject text NOT NULL,
    text text NOT NULL,
    html text,
    language text,
    state text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'sent', 'given_up')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt timestamptz NOT NULL,
    created timestamptz NOT NULL,
    sent timestamptz,
    error text,
    CHECK (user_id IS NOT NULL OR address IS NOT NULL)
);
CREATE INDEX sonla_mail_due ON sonla_mail (next_attempt) WHERE state = 'waiting';
"""

CALENDAR = """
CREATE TABLE sonla_calendar_day (
    date date PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('holiday', 'working')),
    name text NOT NULL DEFAULT ''
);
"""

TICK = """
CREATE TABLE sonla_tick (
    task text PRIMARY KEY,
    started timestamptz NOT NULL,
    finished timestamptz,
    succeeded timestamptz,
    error text
);
"""


def upgrade():
    for script in (LOG, OUTBOX, CALENDAR, TICK):
        op.execute(script)


def downgrade():
    op.execute("DROP TABLE sonla_tick, sonla_calendar_day, sonla_mail, sonla_event")
    op.execute("DROP FUNCTION sonla_event_refuse, sonla_event_follows")
