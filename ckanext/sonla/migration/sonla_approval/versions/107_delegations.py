"""Let a delegate approve for a leader who is away.

Revision ID: 107
Revises: 106
Create Date: 2026-11-23

A delegation is no appointment: it makes nobody a member. It is a dated row with the
number of its decision, judged by the clock at the very moment of a decision. Whoever
writes it, a revision is decided by its agency's leader or by a delegate whose
delegation runs, and the revision says which.
"""

from __future__ import annotations

from alembic import op

revision = "107"
down_revision = "106"
branch_labels = None
depends_on = None

DELEGATION = """
CREATE TABLE sonla_delegation (
    id text PRIMARY KEY,
    agency_id text NOT NULL,
    delegate text NOT NULL,
    on_behalf_of text,
    decision jsonb NOT NULL,
    starts timestamptz NOT NULL,
    ends timestamptz NOT NULL,
    recorded_by text NOT NULL,
    recorded timestamptz NOT NULL,
    revoked timestamptz,
    revoked_by text,
    CHECK (ends > starts),
    CHECK (delegate IS DISTINCT FROM on_behalf_of)
);
CREATE INDEX sonla_delegation_agency ON sonla_delegation (agency_id, ends);
CREATE INDEX sonla_delegation_delegate ON sonla_delegation (delegate, ends);
ALTER TABLE sonla_revision
    ADD COLUMN decided_on_behalf_of text,
    ADD COLUMN delegation_id text REFERENCES sonla_delegation (id);

CREATE FUNCTION sonla_delegation_refuse(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'SL007', TABLE = 'sonla_delegation';
END $$;

-- Who may stand in for an agency's leader: no account of the agency itself, and of
-- another one only its leader. The technical account decides nothing.
CREATE FUNCTION sonla_delegation_fits(account text, agency text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM "user"
        WHERE id = account AND NOT sysadmin AND state IN ('active', 'pending')
    ) AND NOT EXISTS (
        SELECT FROM member AS m JOIN "group" AS g ON g.id = m.group_id
        WHERE m.table_name = 'user' AND m.table_id = account AND m.state = 'active'
          AND g.is_organization
          AND (m.group_id = agency OR m.capacity <> 'leader')
    )
$$;

CREATE FUNCTION sonla_delegation_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        -- One at a time: two that overlap would leave open who stands in.
        PERFORM pg_advisory_xact_lock(7820003);
        IF NEW.revoked IS NOT NULL OR NEW.ends <= clock_timestamp() THEN
            PERFORM sonla_delegation_refuse('over');
        END IF;
        IF NOT sonla_delegation_fits(NEW.delegate, NEW.agency_id) THEN
            PERFORM sonla_delegation_refuse('unfit');
        END IF;
        PERFORM FROM sonla_delegation
         WHERE agency_id = NEW.agency_id AND revoked IS NULL
           AND starts < NEW.ends AND NEW.starts < ends;
        IF FOUND THEN
            PERFORM sonla_delegation_refuse('overlap');
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.revoked IS NULL AND NEW.revoked IS NOT NULL
       AND to_jsonb(NEW) - ARRAY['revoked', 'revoked_by']
           = to_jsonb(OLD) - ARRAY['revoked', 'revoked_by'] THEN
        RETURN NEW;
    END IF;
    PERFORM sonla_delegation_refuse('stays');
    RETURN NULL;
END $$;
CREATE TRIGGER sonla_delegation_rules BEFORE INSERT OR UPDATE OR DELETE
    ON sonla_delegation FOR EACH ROW EXECUTE FUNCTION sonla_delegation_rules();
CREATE TRIGGER sonla_delegation_no_truncate BEFORE TRUNCATE ON sonla_delegation
    FOR EACH STATEMENT EXECUTE FUNCTION sonla_delegation_rules();
"""

DECIDES = """
CREATE FUNCTION sonla_revision_decides() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    given sonla_delegation;
BEGIN
    IF NEW.decided_by IS NULL THEN
        IF NEW.decided_on_behalf_of IS NOT NULL OR NEW.delegation_id IS NOT NULL THEN
            PERFORM sonla_delegation_refuse('nobody');
        END IF;
        RETURN NEW;
    END IF;
    IF (OLD.state || ' ' || NEW.state) <> ALL (ARRAY[
        'submitted scheduled', 'submitted publishing',
        'submitted returned', 'scheduled returned'
    ]) THEN
        IF (NEW.decided_by, NEW.decided_on_behalf_of, NEW.delegation_id)
           IS DISTINCT FROM
           (OLD.decided_by, OLD.decided_on_behalf_of, OLD.delegation_id) THEN
            PERFORM sonla_delegation_refuse('nobody');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.delegation_id IS NULL THEN
        PERFORM FROM member AS m
            JOIN "group" AS g ON g.id = m.group_id
            JOIN "user" AS u ON u.id = m.table_id
         WHERE m.table_name = 'user' AND m.table_id = NEW.decided_by
           AND m.group_id = NEW.agency_id AND m.capacity = 'leader'
           AND m.state = 'active' AND g.state = 'active' AND u.state = 'active';
        IF NOT FOUND OR NEW.decided_on_behalf_of IS NOT NULL THEN
            PERFORM sonla_delegation_refuse('nobody');
        END IF;
        RETURN NEW;
    END IF;
    -- Held until the commit: a delegation is revoked before a decision or after it.
    SELECT * INTO given FROM sonla_delegation
     WHERE id = NEW.delegation_id AND agency_id = NEW.agency_id
       AND delegate = NEW.decided_by FOR SHARE;
    IF NOT FOUND OR given.revoked IS NOT NULL
       OR clock_timestamp() < given.starts OR clock_timestamp() >= given.ends
       OR NEW.decided_on_behalf_of IS DISTINCT FROM
          COALESCE(given.on_behalf_of, given.agency_id)
       OR NOT sonla_delegation_fits(NEW.decided_by, NEW.agency_id)
       OR NEW.decided_by = NEW.submitted_by OR NEW.decided_by = ANY (NEW.editors) THEN
        PERFORM sonla_delegation_refuse('nobody');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sonla_revision_decides BEFORE UPDATE ON sonla_revision
    FOR EACH ROW EXECUTE FUNCTION sonla_revision_decides();
"""


def upgrade() -> None:
    op.execute(DELEGATION)
    op.execute(DECIDES)


def downgrade() -> None:
    op.execute("DROP TRIGGER sonla_revision_decides ON sonla_revision")
    op.execute("DROP FUNCTION sonla_revision_decides()")
    op.execute("ALTER TABLE sonla_revision DROP COLUMN delegation_id")
    op.execute("ALTER TABLE sonla_revision DROP COLUMN decided_on_behalf_of")
    op.execute("DROP TABLE sonla_delegation")
    op.execute("DROP FUNCTION sonla_delegation_rules()")
    op.execute("DROP FUNCTION sonla_delegation_fits(text, text)")
    op.execute("DROP FUNCTION sonla_delegation_refuse(text)")
